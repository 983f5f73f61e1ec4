// A small plant whose traffic is learned, approved, and then judged.

#pragma once

#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "dissectors/registry.hpp"
#include "rules/baseline_json.hpp"
#include "rules/learner.hpp"
#include "scene.hpp"

namespace prahari::test {

inline constexpr std::string_view kHmi = "10.0.0.9";
inline constexpr std::string_view kBackup = "10.0.0.8";
inline constexpr std::string_view kPlc = "10.0.0.1";
inline constexpr std::string_view kOther = "10.0.0.2";
inline constexpr std::string_view kLaptop = "10.0.0.66";

inline Ask coil(std::uint32_t address) {
  return {Operation::write, 5, "Write Single Coil", 1, "coil", address, 1};
}
inline Ask coils(std::uint32_t first, std::uint32_t count) {
  return {Operation::read, 1, "Read Coils", 1, "coil", first, count};
}
inline Ask holding(std::uint32_t address) {
  return {Operation::write, 6, "Write Single Register", 1, "holding", address, 1};
}

class Plant : public Scene {
 public:
  explicit Plant(std::string_view site = "") : Scene(site), learner_(inventory, policy) {}

  void feed(const Event& event) {
    const Parties parties = inventory.on_event(event);
    if (judge_) {
      judge_->on_event(event, parties);
    } else {
      learner_.on_event(event, parties);
    }
  }

  Talk connected(std::string_view client, std::string_view server, std::uint16_t port = 502) {
    const Talk made = talk(client, server, port);
    for (const FlowStage stage : {FlowStage::opened, FlowStage::established}) {
      Event event = this->event(made, EventKind::flow, Protocol::unknown);
      event.flow_facts = {};
      event.flow_facts.stage = stage;
      event.flow_facts.handshake = true;
      event.flow_facts.client_known = true;
      event.flow_facts.first = now;
      event.flow_facts.packets[0] = 2;
      event.flow_facts.packets[1] = stage == FlowStage::established ? 1 : 0;
      feed(event);
    }
    return made;
  }

  PacketRef ask(const Talk& talk, const Ask& what, std::optional<double> value = {},
                std::uint16_t repeats = 0) {
    Event made = message(talk, Kind::request, what);
    made.repeats = repeats;
    const std::array<double, 1> written{value.value_or(0)};
    made.message.values = NumberList::of(std::span{written}.first(value ? 1 : 0));
    feed(made);
    return made.packet;
  }
  void write(const Talk& talk, const Ask& what, std::span<const double> values) {
    Event made = message(talk, Kind::request, what);
    made.message.values = NumberList::of(values);
    feed(made);
  }
  void reply(const Talk& talk, const PacketRef& request, const Ask& what, bool matched = true,
             Protocol protocol = Protocol::modbus) {
    Event made = message(talk, Kind::response, what);
    made.protocol = protocol;
    made.from_client = false;
    made.message.outcome = Outcome::success;
    made.message.matched = matched;
    made.message.request = request;
    feed(made);
  }
  void refuse(const Talk& talk, const PacketRef& request, const Ask& what, std::uint32_t status) {
    Event made = message(talk, Kind::exception, what);
    made.from_client = false;
    made.message.outcome = Outcome::failure;
    made.message.status = status;
    made.message.matched = true;
    made.message.request = request;
    feed(made);
  }
  void poll(const Talk& talk, const Ask& what, int times, double interval) {
    for (int i = 0; i < times; ++i) {
      reply(talk, ask(talk, what), what);
      wait(interval);
    }
  }
  void unanswered(const Talk& talk, const PacketRef& request,
                  Protocol protocol = Protocol::modbus) {
    Event made = event(talk, EventKind::anomaly, protocol);
    const auto problems = dissector(protocol).problems;
    const auto at = std::ranges::find(problems, "request_timeout", &Problem::id);
    made.anomaly = {static_cast<std::uint8_t>(at - problems.begin()), Direction::to_client, 3,
                    protocol == Protocol::modbus ? 1U : 0U, request};
    feed(made);
  }
  void announce(std::string_view host, std::string_view about = kPlc) {
    Event made;
    made.kind = EventKind::host;
    made.packet = packet();
    made.client = {ip(host), station(host), 0};
    made.server = {ip(about), MacAddress{}, 0};
    made.host = {0x0806, 1, false};
    feed(made);
  }
  void serial(const Talk& talk, std::string_view value) {
    Event made = event(talk, EventKind::identity, Protocol::modbus);
    made.text = value;
    made.identity = {Identity::Field::serial, 98, false, 1, "CIP Identity"};
    feed(made);
  }
  void wait(double seconds) {
    now += std::chrono::nanoseconds{static_cast<std::int64_t>(seconds * 1e9)};
  }

  // What was learned is approved, after a change by hand.
  template <class Change>
  void approve(Change&& change) {
    inventory.settle();
    BaselineData data = learner_.learned();
    change(data);
    for (BaselineZone& zone : data.zones) {
      zone.state = BaselineZone::State::locked;
    }
    // By way of its file, as everybody does.
    const auto read = parse_baseline(baseline_json(data), "b.json");
    ASSERT_TRUE(read) << read.error().message;
    BaselineData locked = *read;
    baselines_.push_back(std::make_unique<Baseline>(std::move(locked)));
    std::map<std::string, const Baseline*> latest;
    for (const auto& one : baselines_) {
      latest[one->data().name] = one.get();
    }
    std::vector<const Baseline*> approved;
    for (const auto& [name, baseline] : latest) {
      approved.push_back(baseline);
    }
    if (!judge_) {
      judge_ = std::make_unique<Engine>(inventory, policy, sink);
    }
    judge_->approve(approved);
  }
  void approve() {
    approve([](BaselineData&) {});
  }

  // An HMI polls two controllers and presses buttons on the first.
  void usual(int rounds = 40) {
    for (const std::string_view host : {kHmi, kBackup, kPlc, kOther}) {
      announce(host);
    }
    const Talk one = connected(kHmi, kPlc);
    const Talk two = connected(kHmi, kOther);
    connected(kBackup, kHmi, 8080);
    for (int i = 0; i < rounds; ++i) {
      reply(one, ask(one, coils(0, 16)), coils(0, 16));
      reply(two, ask(two, coils(0, 16)), coils(0, 16));
      reply(one, ask(one, kRead), kRead);
      if (i % 2 == 0) {
        reply(one, ask(one, coil(static_cast<std::uint32_t>(1 + i % 4)), i % 3 == 0 ? 1 : 0),
              coil(1));
        reply(one, ask(one, holding(100), 50 + i % 5), holding(100));
      }
      wait(5);
    }
  }

  [[nodiscard]] std::string raised() const {
    std::string out;
    for (const auto& one : sink.alerts) {
      out += std::string(out.empty() ? "" : " ") + std::string(one.finding.kind) + ':' +
             std::string(to_string(one.finding.severity));
    }
    return out;
  }

 private:
  Learner learner_;
  std::vector<std::unique_ptr<Baseline>> baselines_;
  std::unique_ptr<Engine> judge_;
};

}  // namespace prahari::test
