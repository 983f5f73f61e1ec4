// What one handshake has shown so far.

#pragma once

#include <cstdint>
#include <string>

namespace prahari::tls {

struct Talk {
  enum class Shown : std::uint8_t { not_yet, nothing, certificate };

  std::string server_name;    // that the client asked for, printable; empty: none
  std::uint16_t version = 0;  // chosen by the server; 0: not seen
  std::uint16_t cipher = 0;
  bool client_hello = false;
  bool server_hello = false;  // and no Hello Retry Request
  bool asked = false;         // the server asked for the client's certificate
  bool hello_done = false;    // the server had its whole say: no session taken up again
  Shown client = Shown::not_yet;
  bool lost = false;  // bytes of it are missing, or its beginning
  bool told = false;  // the session came about, and its posture was told
};

}  // namespace prahari::tls
