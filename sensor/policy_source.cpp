#include "sensor/policy_source.hpp"

#include <charconv>

#include "capture/open.hpp"
#include "sensor/interrupt.hpp"
#include "sensor/terminal.hpp"

namespace prahari {
namespace {

// Shows how far a run is while another analyst does the work.
class Watched final : public Analyst {
 public:
  explicit Watched(Analyst& inner) : inner_(inner) {}

  void event(const Event& event) override { inner_.event(event); }
  void expect(std::span<const FlowId> flows) override { inner_.expect(flows); }
  bool tick(const Tick& tick) override {
    progress_.show(tick.progress, tick.packets, 0);
    return inner_.tick(tick) && !interrupted();
  }

 private:
  Analyst& inner_;
  Progress progress_;
};

}  // namespace

Result<Site> load_good_site(const std::string& file) {
  note("reading " + file);
  auto read = load_site(file);
  if (!read) {
    return read.error();
  }
  if (const auto* mistakes = std::get_if<std::vector<Mistake>>(&*read)) {
    for (const Mistake& mistake : *mistakes) {
      warn(to_string(mistake));
    }
    return Error{file + ": " + std::to_string(mistakes->size()) +
                     (mistakes->size() == 1 ? " mistake" : " mistakes") +
                     "; nothing starts on a site file that is half understood",
                 Error::Kind::input};
  }
  return std::get<Site>(std::move(*read));
}

Result<ReadCaptures> read_captures(const std::vector<std::string>& captures, Analyst& analyst) {
  auto source = open_captures(captures);
  if (!source) {
    return source.error();
  }
  catch_interrupts();
  Watched watched{analyst};
  const PipelineStats stats = run_pipeline(**source, {}, watched);
  tell_inputs((*source)->inputs());
  if (interrupted()) {
    return Error{"interrupted; half of the traffic would be no answer", Error::Kind::usage};
  }
  ReadCaptures read;
  for (const Input& input : (*source)->inputs()) {
    read.names.push_back(input.name);
  }
  read.first = stats.first;
  read.last = stats.last;
  read.packets = stats.packets;
  return read;
}

Result<std::chrono::seconds> parse_age(const std::string& text, const std::string& option) {
  constexpr long long kMost = 36'500;
  long long number = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool one_unit = failed == std::errc{} && end + 1 == text.data() + text.size();
  if (one_unit && number > 0 && number <= kMost) {
    switch (*end) {
      case 'd':
        return std::chrono::seconds{number * 86'400};
      case 'h':
        return std::chrono::seconds{number * 3600};
      case 'm':
        return std::chrono::seconds{number * 60};
      default:
        break;
    }
  }
  return Error{option + ": expected an age such as 30d, 12h or 90m, found " + text,
               Error::Kind::usage};
}

}  // namespace prahari
