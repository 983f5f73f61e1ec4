// prahari dissect: one record for every protocol message, to standard output.

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>

#include <unistd.h>

#include "capture/open.hpp"
#include "capture/system_message.hpp"
#include "dissectors/registry.hpp"
#include "sensor/command.hpp"
#include "sensor/interrupt.hpp"
#include "sensor/knowledge.hpp"
#include "sensor/pipeline.hpp"
#include "sensor/terminal.hpp"
#include "sensor/zeek/logs.hpp"

namespace prahari {
namespace {

constexpr std::size_t kFlushAt = std::size_t{64} * 1024;

// Records on their way to standard output, filtered by protocol.
class RecordWriter final : public Analyst {
 public:
  explicit RecordWriter(std::string_view protocol) : protocol_(protocol) {
    buffer_.reserve(kFlushAt * 2);
  }

  void event(const Event& /*event*/) override {}

  void record(const Event& message, std::string_view text) override {
    if (!protocol_.empty() && to_string(message.protocol) != protocol_) {
      return;
    }
    buffer_ += text;
    buffer_ += '\n';
    if (buffer_.size() >= kFlushAt) {
      flush();
    }
  }

  bool tick(const Tick& tick) override {
    progress_.show(tick.progress, tick.packets, 0);
    return !failed_ && !interrupted();
  }

  void line(std::string_view text) {
    buffer_ += text;
    buffer_ += '\n';
  }

  Status finish() {
    flush();
    progress_.clear();
    if (failed_ && error_ != EPIPE) {
      return Error{"standard output: " + system_message(error_), Error::Kind::environment};
    }
    return ok_status();
  }

 private:
  void flush() {
    std::string_view rest = buffer_;
    while (!failed_ && !rest.empty()) {
      const ssize_t written = ::write(STDOUT_FILENO, rest.data(), rest.size());
      if (written < 0 && errno != EINTR) {
        failed_ = true;
        error_ = errno;
      }
      rest.remove_prefix(written > 0 ? static_cast<std::size_t>(written) : 0);
    }
    buffer_.clear();
  }

  std::string_view protocol_;
  std::string buffer_;
  Progress progress_;
  bool failed_ = false;
  int error_ = 0;
};

// Records on their way to the logs of Zeek, in a folder.
class ZeekWriter final : public Analyst {
 public:
  ZeekWriter(zeek::LogFolder folder, std::string_view protocol)
      : logs_(std::move(folder)), protocol_(protocol) {}

  void event(const Event& event) override { logs_.event(event); }

  void record(const Event& message, const Fields& fields) override {
    if (protocol_.empty() || to_string(message.protocol) == protocol_) {
      logs_.record(message, fields);
    }
  }

  bool tick(const Tick& tick) override {
    progress_.show(tick.progress, tick.packets, 0);
    return !interrupted();
  }

  Status finish() {
    progress_.clear();
    if (const std::size_t cut = logs_.cut(); cut > 0) {
      warn(std::to_string(cut) +
           " messages have more rows than the logs take of one; the rest of "
           "each is left out");
    }
    return logs_.finish();
  }

 private:
  zeek::Logs logs_;
  std::string_view protocol_;
  Progress progress_;
};

std::string protocol_list() {
  std::string out;
  for (const Dissector* dissector : all_dissectors()) {
    out += (out.empty() ? "" : ", ") + std::string{to_string(dissector->protocol)};
  }
  return out;
}

const Dissector* find_protocol(std::string_view name) {
  const auto all = all_dissectors();
  const auto found =
      std::ranges::find_if(all, [&](const Dissector* d) { return to_string(d->protocol) == name; });
  return found == all.end() ? nullptr : *found;
}

std::vector<std::string> split_fields(const std::vector<std::string>& given) {
  std::vector<std::string> out;
  for (std::string_view text : given) {
    while (!text.empty()) {
      const std::size_t end = std::min(text.find(','), text.size());
      if (end > 0) {
        out.emplace_back(text.substr(0, end));
      }
      text.remove_prefix(std::min(end + 1, text.size()));
    }
  }
  return out;
}

// Which fields to print: the chosen ones, or for tsv, which needs columns, all that apply.
Result<std::vector<std::string>> choose_fields(const Arguments& arguments, const Dissector* only,
                                               bool tsv) {
  std::vector<std::string> chosen = split_fields(arguments.values("fields"));
  std::vector<std::string> known{common_fields().begin(), common_fields().end()};
  for (const Dissector* dissector : all_dissectors()) {
    if (only == nullptr || dissector == only) {
      for (const std::string_view field : dissector->fields) {
        if (std::ranges::find(known, field) == known.end()) {  // protocols share names
          known.emplace_back(field);
        }
      }
    }
  }
  const auto wrong = std::ranges::find_if(chosen, [&](const std::string& name) {
    return std::ranges::find(known, name) == known.end();
  });
  if (wrong != chosen.end()) {
    std::string list;
    for (const std::string& field : known) {
      list += (list.empty() ? "" : ",") + field;
    }
    return Error{"--fields: no field " + *wrong + "; expected some of " + list, Error::Kind::usage};
  }
  return chosen.empty() && tsv ? known : chosen;
}

Status write_records(Source& source, std::string_view protocol, bool tsv,
                     const std::vector<std::string>& fields) {
  RecordWriter writer{protocol};
  if (tsv) {
    std::string head;
    for (const std::string& field : fields) {
      head += (head.empty() ? "" : "\t") + field;
    }
    writer.line(head);
  }
  const PipelineOptions options{
      .workers = 1, .records = tsv ? RecordStyle::tsv : RecordStyle::json, .fields = fields};
  run_pipeline(source, options, writer);
  return writer.finish();
}

Status write_logs(Source& source, std::string_view protocol, const std::string& folder) {
  auto logs = zeek::LogFolder::create(folder);
  if (!logs) {
    return logs.error();
  }
  ZeekWriter writer{std::move(*logs), protocol};
  run_pipeline(source, {.workers = 1, .records = RecordStyle::fields, .fields = {}}, writer);
  return writer.finish();
}

Exit run_dissect(const Arguments& arguments) {
  const std::string name = arguments.value("protocol");
  const Dissector* only = find_protocol(name);
  if (!name.empty() && only == nullptr) {
    return report({"--protocol: no dissector for " + name + "; expected one of " + protocol_list(),
                   Error::Kind::usage});
  }
  const std::string format = arguments.value("format", "jsonl");
  const bool logs = format == "zeek";
  if (logs != arguments.has("out")) {
    return report({logs ? "--format zeek: makes several logs; name their folder with --out"
                        : "--out: only --format zeek writes files",
                   Error::Kind::usage});
  }
  if (logs && arguments.has("fields")) {
    return report({"--fields: the columns of --format zeek are those of Zeek", Error::Kind::usage});
  }
  const bool tsv = format == "tsv";
  auto fields = choose_fields(arguments, only, tsv);
  if (!fields) {
    return report(fields.error());
  }
  if (const Status names = load_names(); !names) {
    return report(names.error());
  }
  auto source =
      open_captures(arguments.values("CAPTURE"), {.stream = {.hash = false}, .spool = {}});
  if (!source) {
    return report(source.error());
  }
  catch_interrupts();
  const Status done = logs ? write_logs(**source, name, arguments.value("out"))
                           : write_records(**source, name, tsv, *fields);
  if (!done) {
    return report(done.error());
  }
  tell_inputs((*source)->inputs());
  return Exit::done;
}

constexpr auto kOptions = std::to_array<OptionSpec>({
    {.names = "CAPTURE",
     .value = "FILE",
     .help = "pcap or pcapng file, also .gz or .zst; - for standard input",
     .many = true,
     .required = true},
    {.names = "--protocol", .value = "P", .help = "only messages of this protocol"},
    {.names = "--format",
     .value = "F",
     .help = "jsonl (a JSON object a line), tsv (a table with a head) or zeek (the logs of Zeek "
             "and ICSNPP, into --out)",
     .choices = "jsonl|tsv|zeek"},
    {.names = "--fields", .value = "A,B", .help = "only these fields, by name", .many = true},
    {.names = "--out",
     .value = "DIR",
     .help = "folder for the logs of --format zeek; logs of an earlier run there are replaced"},
});

constexpr auto kExamples = std::to_array<std::string_view>({
    "prahari dissect plant.pcap\tEvery message of every protocol, one JSON object a line",
    "prahari dissect --protocol modbus --format tsv --fields ts,src,dst,name,addr,values plant.pcap"
    "\tA table of what was read and written",
    "prahari dissect --format zeek --out logs plant.pcap\tmodbus.log and its like, for what reads "
    "logs of Zeek",
    "zcat old.pcap.gz | prahari dissect - | jq 'select(.op == \"write\")'\tOnly writes",
});

}  // namespace

extern constinit const CommandSpec dissect_command{
    .path = "dissect",
    .summary = "print one record for every protocol message",
    .description =
        "Reads captures in time order and prints what was said, without judging it. "
        "Records name the packet that completed the message, whether it is valid, and "
        "whether bytes before it were missed.",
    .options = kOptions,
    .examples = kExamples,
    .run = run_dissect,
};

}  // namespace prahari
