// What `policy explain` is asked, in the terms of a policy; and what it answers.

#pragma once

#include <optional>
#include <string>
#include <vector>

#include "rules/policy.hpp"
#include "sensor/state.hpp"

namespace prahari {

// One end of the question.
struct AskedHost {
  HostKey key;
  std::string words;
  Membership membership;
};

// What is asked: one request for each target that was named.
struct Question {
  std::optional<Allow> allow;
  std::vector<std::string> texts;  // that the requests look into
  std::vector<Request> requests;
  bool any_target = false;  // none was named, though the protocol has some
};

// A line of the site file that was looked at, and what it says.
struct PolicyStep {
  std::string place;
  std::string what;
  std::string says;
};

struct Answer {
  bool allowed = false;
  std::string verdict;
  std::string decided_by;  // file and line; empty where none
  std::vector<PolicyStep> steps;
};

[[nodiscard]] std::string place_of(const Site& site, std::uint16_t file, int line);

// By address, MAC address or name; `state`, which may be null, adds what an inventory knows.
Result<AskedHost> host_of(const std::string& text, const Policy& policy, State* state,
                          std::optional<std::uint16_t> vlan);

// "modbus" and "write@unit=1,holding=100"; "tcp/443" and nothing.
Result<Question> question_of(const std::string& protocol, const std::string& operation,
                             Timestamp now);

// Goes through the policy as the engine does.
[[nodiscard]] Answer answer_of(const Policy& policy, const AskedHost& from, const AskedHost& to,
                               const Question& question, Timestamp now);

}  // namespace prahari
