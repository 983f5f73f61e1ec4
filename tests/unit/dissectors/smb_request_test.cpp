#include "dissectors/smb_request.hpp"

#include <span>
#include <string>

#include <gtest/gtest.h>

namespace prahari::test {
namespace {

using Sort = SmbRequest::Sort;

std::string le16(unsigned value) {
  return {static_cast<char>(value & 0xffU), static_cast<char>(value >> 8U)};
}
std::string le32(unsigned value) { return le16(value & 0xffffU) + le16(value >> 16U); }

std::string wide(std::string_view text) {
  std::string out;
  for (const char c : text) {
    out += c;
    out += '\0';
  }
  return out;
}

// A request of SMB 2: 64 octets of header, then its body.
std::string smb2(unsigned command, const std::string& body) {
  return "\xfeSMB" + std::string(8, '\0') + le16(command) + std::string(50, '\0') + body;
}

std::string tree2(std::string_view path) {
  const std::string text = wide(path);
  return smb2(3, le16(9) + le16(0) + le16(72) + le16(static_cast<unsigned>(text.size())) + text);
}

std::string create2(std::string_view name, unsigned access, unsigned disposition) {
  const std::string text = wide(name);
  return smb2(5, std::string(24, '\0') + le32(access) + std::string(8, '\0') + le32(disposition) +
                     std::string(4, '\0') + le16(64 + 56) +
                     le16(static_cast<unsigned>(text.size())) + std::string(8, '\0') + text);
}

// MS-RPCE: bind to the service manager, and a call of it.
const std::string kBind = smb2(
    9, std::string(40, '\0') + std::string("\x05\x00\x0b\x03\x10\x00\x00\x00", 8) +
           std::string(24, '\0') +
           std::string("\x81\xbb\x7a\x36\x44\x98\xf1\x35\xad\x32\x98\xf0\x38\x00\x10\x03", 16));
std::string call(unsigned number) {
  return smb2(11, std::string(50, '\0') + std::string("\x05\x00\x00\x03\x10\x00\x00\x00", 8) +
                      std::string(14, '\0') + le16(number) + std::string(40, '\0'));
}

SmbRequest read(SmbRequests& requests, const std::string& message, bool second = true) {
  return requests.read(std::as_bytes(std::span{message}), second);
}

TEST(SmbRequests, AdministrativeShares) {
  SmbRequests requests;
  EXPECT_EQ(read(requests, tree2(R"(\\10.0.0.5\ADMIN$)")).sort, Sort::admin_share);
  EXPECT_EQ(read(requests, tree2(R"(\\10.0.0.5\c$)")).text, "c$");
  EXPECT_EQ(read(requests, tree2(R"(\\10.0.0.5\IPC$)")).sort, Sort::plain);
  EXPECT_EQ(read(requests, tree2(R"(\\10.0.0.5\recipes)")).sort, Sort::plain);
}

TEST(SmbRequests, ProgramsThatAreWritten) {
  constexpr unsigned kWrite = 0x00120196;
  constexpr unsigned kRead = 0x00120089;
  SmbRequests requests;
  const SmbRequest put = read(requests, create2("tools\\update.EXE", kWrite, 5));
  EXPECT_EQ(put.sort, Sort::program);
  EXPECT_EQ(put.text, "update.EXE");
  EXPECT_EQ(read(requests, create2("update.exe", kRead, 1)).sort, Sort::plain) << "only read";
  EXPECT_EQ(read(requests, create2("recipe.csv", kWrite, 5)).sort, Sort::plain);
  EXPECT_EQ(read(requests, create2("PSEXESVC", kRead, 1)).sort, Sort::remote_pipe);
}

TEST(SmbRequests, AServiceMadeFromAfar) {
  SmbRequests requests;
  EXPECT_EQ(read(requests, call(12)).sort, Sort::plain) << "of an interface that is not known";
  EXPECT_EQ(read(requests, kBind).sort, Sort::plain);
  EXPECT_EQ(read(requests, call(15)).sort, Sort::plain) << "the manager is only opened";
  EXPECT_EQ(read(requests, call(12)).sort, Sort::create_service);
  SmbRequests by_pipe;
  EXPECT_EQ(read(by_pipe, create2("svcctl", 0x0012019f, 1)).sort, Sort::plain);
  EXPECT_EQ(read(by_pipe, call(24)).sort, Sort::create_service);
}

TEST(SmbRequests, TheOldVersion) {
  SmbRequests requests;
  const std::string header =
      std::string("\xffSMB\x75", 5) + std::string(5, '\0') + le16(0x8000) + std::string(20, '\0');
  const std::string path = wide(R"(\\10.0.0.5\C$)") + std::string(2, '\0') + "?????";
  const std::string tree = header + '\4' + std::string(6, '\0') + le16(1) +
                           le16(static_cast<unsigned>(path.size())) + std::string(1, '\0') + path;
  EXPECT_EQ(read(requests, tree, false).text, "C$");
}

TEST(SmbRequests, WhatIsCutSaysNothing) {
  SmbRequests requests;
  for (const std::string& whole :
       {tree2(R"(\\h\ADMIN$)"), create2("a.exe", 6, 5), kBind, call(12)}) {
    for (std::size_t size = 4; size < whole.size(); ++size) {
      for (const bool second : {true, false}) {
        (void)read(requests, whole.substr(0, size), second);
      }
    }
  }
}

}  // namespace
}  // namespace prahari::test
