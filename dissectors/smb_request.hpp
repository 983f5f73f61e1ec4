// What an SMB request asks for that matters to who watches a plant: an administrative share, a
// program written to a disk, a service made from afar. Read by name and by call, so that no key
// and no state of the server is needed; what is encrypted is not seen.
//
// MS-SMB2 2.2.9, 2.2.13; MS-CIFS 2.2.4.55, 2.2.4.64; MS-RPCE 2.2.2; MS-SCMR 3.1.4.

#pragma once

#include <string>
#include <string_view>

#include "dissectors/reader.hpp"

namespace prahari {

struct SmbRequest {
  enum class Sort : std::uint8_t {
    plain,
    admin_share,    // ADMIN$, or a whole drive
    program,        // a program or script is opened to be written
    remote_pipe,    // the pipe of a tool that runs commands from afar
    create_service  // the service manager is asked for a new service
  };
  Sort sort = Sort::plain;
  std::string text;  // name of share, file or pipe, printable
};

// Of one connection. Remembers whether it speaks with the service manager.
class SmbRequests {
 public:
  // `smb`: one request from its header on, of version 1 or 2.
  SmbRequest read(Bytes smb, bool second);

 private:
  // `other`: neither a share nor a file is opened.
  SmbRequest read1(Bytes smb, bool& other);
  SmbRequest read2(Bytes smb, bool& other);
  SmbRequest read_create1(Bytes smb, bool wide);
  SmbRequest read_create2(Bytes smb);
  SmbRequest read_create(std::string_view name, std::uint32_t access, std::uint32_t disposition);

  bool manager_ = false;
};

}  // namespace prahari
