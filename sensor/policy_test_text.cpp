#include "sensor/policy_test_text.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "alerts/text.hpp"
#include "capture/time_text.hpp"
#include "rules/exception_state.hpp"

namespace prahari {
namespace {

using Json = nlohmann::ordered_json;

std::string seconds_of(Timestamp time) { return format_time(time).substr(0, 19) + 'Z'; }

std::string wanted_of(const Finding& finding) {
  return finding.protocol +
         (finding.has_operation ? ':' + std::string{to_string(finding.operation)} : "");
}

std::string place_of(const Site& site, std::uint16_t file, int line) {
  return site.file_of(file) + ':' + std::to_string(line);
}

std::string padded(std::string text, std::size_t width) {
  text.append(text.size() < width ? width - text.size() : 0, ' ');
  return text + "  ";
}

std::string right(std::string text, std::size_t width) {
  text.insert(0, text.size() < width ? width - text.size() : 0, ' ');
  return text + "  ";
}

// What one of two policies refuses and the other one does not.
std::vector<std::pair<RefusedKey, UseCount>> only_in(const Backtest& one, const Backtest& other) {
  std::vector<std::pair<RefusedKey, UseCount>> only;
  for (const auto& [key, count] : one.use.refused()) {
    if (other.use.refused().find(key) == other.use.refused().end()) {
      only.emplace_back(key, count);
    }
  }
  return only;
}

class TextWriter {
 public:
  explicit TextWriter(const Backtests& tests) : tests_(tests) {}

  std::string write() {
    const Backtest& test = tests_.all().front();
    out_ += "policy    " + terminal_text(test.policy.site().file) + '\n';
    out_ += "traffic   " + terminal_text(tests_.source()) + ", " + seconds_of(tests_.first()) +
            " to " + seconds_of(tests_.last()) + '\n';
    violations(test);
    conduits(test);
    unused(test);
    exceptions(test);
    if (tests_.all().size() > 1) {
      compared(test, tests_.all()[1]);
    }
    return std::move(out_);
  }

 private:
  void violations(const Backtest& test) {
    const auto all = test.violations();
    const auto raised = std::ranges::count_if(
        all, [](const Violation* violation) { return !violation->permitted; });
    out_ +=
        "raised    " +
        (raised == 0 ? "nothing" : std::to_string(raised) + (raised == 1 ? " cause" : " causes")) +
        '\n';
    for (const Violation* violation : all) {
      const Finding& finding = violation->finding;
      out_ += "  " + padded(violation->permitted ? "permitted" : to_text(finding.severity), 9) +
              terminal_text(finding.source.zone + " -> " + finding.destination.zone + "  " +
                            wanted_of(finding)) +
              ", " + with_commas(violation->count) +
              (violation->count == 1 ? " time, " : " times, ") + seconds_of(violation->first) +
              " to " + seconds_of(violation->last) + '\n';
      for (const std::string_view line : wrap(finding.why, 85)) {
        out_ += "             " + terminal_text(line) + '\n';
      }
    }
    if (test.book.left_out() > 0) {
      out_ += "  and more causes than are kept, " + with_commas(test.book.left_out()) + " times\n";
    }
    if (test.silenced > 0) {
      out_ += "silenced  " + with_commas(test.silenced) + " findings by [[ignore]]\n";
    }
    if (test.undecided > 0) {
      out_ += "unknown   " + with_commas(test.undecided) +
              " conversations used a class that is allowed on some targets only; a state does not\n"
              "          say on which they used it. Test with captures to know.\n";
    }
  }

  static std::string to_text(Severity severity) { return std::string{to_string(severity)}; }

  void conduits(const Backtest& test) {
    const Site& site = test.policy.site();
    out_ += "\nconduits\n  " + right("MESSAGES", 10) + right("FLOWS", 7) + padded("FIRST", 20) +
            padded("LAST", 20) + "CONDUIT, ENTRY\n";
    for (const Conduit& conduit : site.conduits) {
      row(test.use.of(conduit),
          conduit.from + " -> " + conduit.to + "  (" + place_of(site, conduit.file, conduit.line) +
              ')' + (conduit.schedule.always() ? "" : "  only " + conduit.schedule.words()));
      for (const Allow& allow : conduit.allow) {
        row(test.use.of(conduit, allow), "  " + allow.text);
      }
    }
    if (test.use.overflowed()) {
      out_ += "  more flows than could be told apart: their counts are too low\n";
    }
  }

  void row(const UseCount& count, const std::string& what) {
    out_ += "  " + right(with_commas(count.messages), 10) + right(with_commas(count.flows), 7) +
            padded(count.used() ? seconds_of(count.first) : "-", 20) +
            padded(count.used() ? seconds_of(count.last) : "-", 20) + terminal_text(what) + '\n';
  }

  void unused(const Backtest& test) {
    const Site& site = test.policy.site();
    std::string lines;
    for (const Conduit& conduit : site.conduits) {
      const bool none = !test.use.of(conduit).used();
      for (const Allow& allow : conduit.allow) {
        if (!test.use.of(conduit, allow).used()) {
          lines += "  " +
                   terminal_text(place_of(site, conduit.file, allow.line) + "  " + conduit.from +
                                 " -> " + conduit.to + "  " + allow.text) +
                   (none ? "  (nor anything of this conduit)" : "") + '\n';
        }
      }
    }
    out_ += lines.empty() ? "\nnever used: none\n" : "\nnever used\n" + lines;
  }

  void exceptions(const Backtest& test) {
    const Site& site = test.policy.site();
    if (site.exceptions.empty()) {
      return;
    }
    out_ += "\nexceptions\n";
    for (std::size_t i = 0; i < site.exceptions.size(); ++i) {
      const Exception& one = site.exceptions[i];
      out_ += "  " +
              terminal_text(place_of(site, one.file, one.line) + "  " + one.from + " -> " + one.to +
                            ", owner " + one.owner + ": " +
                            use_words(one, test.exceptions[i], tests_.last())) +
              '\n';
    }
  }

  void compared(const Backtest& one, const Backtest& other) {
    for (const auto& [first, second] : {std::pair{&one, &other}, std::pair{&other, &one}}) {
      const auto only = only_in(*first, *second);
      out_ += "\nrefused by " + terminal_text(first->policy.site().file) + " only" +
              (only.empty() ? ": nothing" : "") + '\n';
      for (const auto& [key, count] : only) {
        const std::uint64_t times = std::max(count.messages, count.flows);
        out_ += "  " +
                terminal_text(to_string(key.client) + " -> " + to_string(key.server) + "  " +
                              key.what) +
                ", " + with_commas(times) + (times == 1 ? " time\n" : " times\n");
      }
    }
  }

  const Backtests& tests_;
  std::string out_;
};

Json count_json(const UseCount& count) {
  return {{"messages", count.messages},
          {"flows", count.flows},
          {"first", count.used() ? Json(format_time(count.first)) : Json()},
          {"last", count.used() ? Json(format_time(count.last)) : Json()}};
}

Json violations_json(const Backtest& test) {
  Json out = Json::array();
  for (const Violation* violation : test.violations()) {
    const Finding& finding = violation->finding;
    out.push_back({{"severity", to_string(finding.severity)},
                   {"permitted", violation->permitted},
                   {"from", finding.source.zone},
                   {"to", finding.destination.zone},
                   {"source", to_string(finding.source.ip)},
                   {"destination", to_string(finding.destination.ip)},
                   {"what", wanted_of(finding)},
                   {"count", violation->count},
                   {"first", format_time(violation->first)},
                   {"last", format_time(violation->last)},
                   {"rule", plain_text(finding.policy.rule)},
                   {"why", plain_text(finding.why)},
                   {"accept", plain_text(finding.accept)}});
  }
  return out;
}

Json conduits_json(const Backtest& test) {
  const Site& site = test.policy.site();
  Json out = Json::array();
  for (const Conduit& conduit : site.conduits) {
    Json entries = Json::array();
    for (const Allow& allow : conduit.allow) {
      Json entry = {{"allow", allow.text}, {"line", allow.line}};
      entry.update(count_json(test.use.of(conduit, allow)));
      entries.push_back(std::move(entry));
    }
    Json one = {{"from", conduit.from},
                {"to", conduit.to},
                {"file", site.file_of(conduit.file)},
                {"line", conduit.line},
                {"schedule", conduit.schedule.texts}};
    one.update(count_json(test.use.of(conduit)));
    one["entries"] = std::move(entries);
    out.push_back(std::move(one));
  }
  return out;
}

Json exceptions_json(const Backtest& test, Timestamp now) {
  const Site& site = test.policy.site();
  Json out = Json::array();
  for (std::size_t i = 0; i < site.exceptions.size(); ++i) {
    const Exception& one = site.exceptions[i];
    out.push_back({{"from", one.from},
                   {"to", one.to},
                   {"owner", one.owner},
                   {"until", one.until_text},
                   {"file", site.file_of(one.file)},
                   {"line", one.line},
                   {"count", test.exceptions[i].count},
                   {"state", use_words(one, test.exceptions[i], now)}});
  }
  return out;
}

Json only_json(const Backtest& one, const Backtest& other) {
  Json out = Json::array();
  for (const auto& [key, count] : only_in(one, other)) {
    Json row = {{"source", to_string(key.client)},
                {"destination", to_string(key.server)},
                {"what", key.what}};
    row.update(count_json(count));
    out.push_back(std::move(row));
  }
  return out;
}

}  // namespace

std::string test_text(const Backtests& tests) { return TextWriter{tests}.write(); }

std::string test_json(const Backtests& tests) {
  const Backtest& test = tests.all().front();
  Json out = {{"policy", test.policy.site().file},
              {"traffic", tests.source()},
              {"first", format_time(tests.first())},
              {"last", format_time(tests.last())},
              {"violations", violations_json(test)},
              {"silenced", test.silenced},
              {"undecided", test.undecided},
              {"conduits", conduits_json(test)},
              {"exceptions", exceptions_json(test, tests.last())}};
  if (tests.all().size() > 1) {
    const Backtest& other = tests.all()[1];
    out["compared"] = {{"with", other.policy.site().file},
                       {"violations", violations_json(other)},
                       {"only_here", only_json(test, other)},
                       {"only_there", only_json(other, test)}};
  }
  return dump_json(out, 2) + '\n';
}

}  // namespace prahari
