// From messages to the logs of Zeek and ICSNPP: what `prahari dissect --format zeek` writes.
//
// One class for each protocol, below ProtocolLogs; it gets every message of its protocol in packet
// order. Columns, their order and their words are those of Zeek 7 and of the ICSNPP packages, so
// that queries written for these go on working; docs/zeek.md says where prahari differs.

#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "sensor/zeek/log_folder.hpp"
#include "sensor/zeek/values.hpp"
#include "sensor/zeek/where.hpp"

namespace prahari::zeek {

class ProtocolLogs {
 public:
  ProtocolLogs() = default;
  ProtocolLogs(const ProtocolLogs&) = delete;
  ProtocolLogs& operator=(const ProtocolLogs&) = delete;
  virtual ~ProtocolLogs() = default;

  [[nodiscard]] virtual bool takes(std::string_view protocol) const noexcept = 0;
  virtual void message(const Event& event, const Where& where, const Values& values,
                       LogFolder& out) = 0;
  // A flow that may have lines waiting is over.
  virtual void closed(FlowId /*flow*/, LogFolder& /*out*/) {}
  // Messages with more rows than are written.
  [[nodiscard]] virtual std::size_t cut() const noexcept { return 0; }
};

std::unique_ptr<ProtocolLogs> modbus_logs();
std::unique_ptr<ProtocolLogs> enip_logs();
std::unique_ptr<ProtocolLogs> opcua_logs();

class Logs {
 public:
  explicit Logs(LogFolder folder);

  void event(const Event& event);
  void record(const Event& message, const Fields& fields);
  [[nodiscard]] Status finish() { return folder_.finish(); }
  [[nodiscard]] std::size_t cut() const noexcept;
  [[nodiscard]] std::size_t files() const noexcept { return folder_.files(); }

 private:
  LogFolder folder_;
  Connections connections_;
  std::vector<std::unique_ptr<ProtocolLogs>> protocols_;
};

}  // namespace prahari::zeek
