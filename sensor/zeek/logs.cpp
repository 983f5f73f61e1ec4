#include "sensor/zeek/logs.hpp"

namespace prahari::zeek {

Logs::Logs(LogFolder folder) : folder_(std::move(folder)) {
  protocols_.push_back(modbus_logs());
  protocols_.push_back(enip_logs());
  protocols_.push_back(opcua_logs());
}

void Logs::event(const Event& event) {
  connections_.event(event);
  if (event.kind == EventKind::flow && event.flow_facts.stage == FlowStage::closed) {
    for (const auto& logs : protocols_) {
      logs->closed(event.flow, folder_);
    }
  }
}

std::size_t Logs::cut() const noexcept {
  std::size_t sum = 0;
  for (const auto& logs : protocols_) {
    sum += logs->cut();
  }
  return sum;
}

void Logs::record(const Event& message, const Fields& fields) {
  const std::string_view protocol = to_string(message.protocol);
  for (const auto& logs : protocols_) {
    if (logs->takes(protocol)) {
      logs->message(message, connections_.where(message), Values{message.protocol, fields},
                    folder_);
    }
  }
}

}  // namespace prahari::zeek
