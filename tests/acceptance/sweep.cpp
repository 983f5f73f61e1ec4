// Every capture, whole and cut at many random bytes, through what `analyze` and `dissect` do: for a
// sanitizer build, where starting the program for each cut would take hours.
//
//   sweep [--cuts N] [--boundaries N] [--seed S] [--jobs J] CAPTURE-OR-FOLDER...
//
// With --boundaries the captures that are whole are also damaged where messages meet: at N of the
// packets that complete a message, chosen at random (0: all of them), the packet's frame ends at
// the last byte of that message, one byte before it, one behind it, and in its middle, and the
// capture goes on; then the capture itself ends there. Which packets those are the program says
// itself.
//
// Each capture has a process of its own, so that what kills it names the capture and the cut. A run
// has to succeed, except that a cut inside the file's own header is refused as bad input with one
// line. Knows nothing of protocols. Prints complaints and a last line of counts.

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "capture/open.hpp"
#include "sensor/analysis.hpp"
#include "tests/support/memory_file.hpp"

namespace prahari {
namespace {

namespace fs = std::filesystem;

struct Options {
  std::size_t cuts = 50;
  std::optional<std::size_t> boundaries;  // of messages, at most so many; 0: all
  std::size_t seed = 1;
  std::size_t jobs = 2;
  std::vector<fs::path> captures;
};

// What a process is at, and what it has counted; seen by its parent when it has died.
struct Progress {
  std::array<char, 16> command{};
  std::size_t cut = 0;
  std::size_t runs = 0;
  std::size_t refused = 0;
  std::size_t complaints = 0;
  std::size_t boundaries = 0;
};

using File = std::vector<std::uint8_t>;

std::uint32_t number(const File& file, std::size_t at, bool little) {
  std::uint32_t out = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    out = out << 8U | file[little ? at + 3 - i : at + i];
  }
  return out;
}

// Bytes without which a file is no capture: the pcap header, or pcapng's section header.
std::size_t header_size(const File& file) {
  constexpr std::uint32_t kPcapng = 0x0a0d0d0a;
  constexpr std::uint32_t kByteOrder = 0x1a2b3c4d;
  if (file.size() < 12 || number(file, 0, true) != kPcapng) {
    return 24;
  }
  return number(file, 4, number(file, 8, true) == kByteOrder);
}

// Where a packet lies in a pcap file.
struct Record {
  std::size_t begin = 0;  // of its header
  std::size_t data = 0;
  std::size_t size = 0;
};

// Of a classic pcap file whose records are whole; empty for any other.
struct Layout {
  bool little = true;
  std::vector<Record> records;
};

Layout layout_of(const File& file) {
  constexpr std::size_t kFileHeader = 24;
  constexpr std::size_t kRecordHeader = 16;
  Layout layout;
  if (file.size() < kFileHeader) {
    return layout;
  }
  const std::uint32_t magic = number(file, 0, true);
  layout.little = magic == 0xa1b2c3d4 || magic == 0xa1b23c4d;
  if (!layout.little && magic != 0xd4c3b2a1 && magic != 0x4d3cb2a1) {
    return layout;
  }
  for (std::size_t at = kFileHeader; at + kRecordHeader <= file.size();) {
    const std::size_t size = number(file, at + 8, layout.little);
    if (size > file.size() - at - kRecordHeader) {
      break;
    }
    layout.records.push_back({at, at + kRecordHeader, size});
    at += kRecordHeader + size;
  }
  return layout;
}

// The packets that complete a message, each once, in order.
class Boundaries final : public Analyst {
 public:
  void event(const Event& event) override {
    if (event.kind == EventKind::message) {
      frames.insert(event.packet.frame);
    }
  }
  std::set<std::uint32_t> frames;
};

// A frame that was captured only up to `size` bytes.
void shorten(File& file, const Layout& layout, const Record& record, std::size_t size) {
  for (std::size_t i = 0; i < 4; ++i) {
    file[record.begin + 8 + (layout.little ? i : 3 - i)] =
        static_cast<std::uint8_t>(size >> (8 * i));
  }
  file.erase(file.begin() + static_cast<std::ptrdiff_t>(record.data + size),
             file.begin() + static_cast<std::ptrdiff_t>(record.data + record.size));
}

class NullAnalyst final : public Analyst {
 public:
  void event(const Event& /*event*/) override {}
  void record(const Event& /*message*/, std::string_view text) override { bytes_ += text.size(); }

 private:
  std::size_t bytes_ = 0;
};

Status dissect(const std::string& path) {
  const auto source = open_captures({path}, {.stream = {.hash = false}, .spool = {}});
  if (!source) {
    return source.error();
  }
  NullAnalyst analyst;
  run_pipeline(**source, {.workers = 1, .records = RecordStyle::json, .fields = {}}, analyst);
  return ok_status();
}

Status analyze(const std::string& path, const Knowledge& knowledge, const fs::path& out) {
  const auto source = open_captures({path});
  if (!source) {
    return source.error();
  }
  const auto folder = ResultFolder::create(out);
  if (!folder) {
    return folder.error();
  }
  Analysis analysis{knowledge, *folder, {.sensor = "sweep", .messages = true}};
  const PipelineStats stats =
      run_pipeline(**source, {.workers = 1, .records = RecordStyle::json, .fields = {}}, analysis);
  RunSummary summary;
  return analysis.finish(**source, stats, summary);
}

void judge(const Status& done, bool refusal_wanted, const std::string& what, Progress& progress) {
  ++progress.runs;
  std::string complaint;
  if (!done) {
    ++progress.refused;
    const Error& error = done.error();
    if (!refusal_wanted) {
      complaint = "refused: " + error.message;
    } else if (error.kind != Error::Kind::input || error.message.empty() ||
               error.message.find('\n') != std::string::npos) {
      complaint = "not refused as bad input with one line: " + error.message;
    }
  } else if (refusal_wanted) {
    complaint = "not refused, and there is not even a header";
  }
  if (!complaint.empty()) {
    ++progress.complaints;
    std::printf("%s: %s\n", what.c_str(), complaint.c_str());
  }
}

void set_command(Progress& progress, const char* command) {
  std::strncpy(progress.command.data(), command, progress.command.size() - 1);
}

void run_both(const File& file, std::size_t size, const std::string& what, bool refusal_wanted,
              const Knowledge& knowledge, const fs::path& out, Progress& progress) {
  const test::MemoryFile cut{file.data(), size};
  progress.cut = size;
  set_command(progress, "dissect");
  judge(dissect(cut.path()), refusal_wanted, what + ": dissect", progress);
  set_command(progress, "analyze");
  judge(analyze(cut.path(), knowledge, out), refusal_wanted, what + ": analyze", progress);
}

// Frames of whole messages, some of them where there are too many.
std::vector<std::uint32_t> some_boundaries(const fs::path& capture, std::size_t most,
                                           std::mt19937_64& chance) {
  const auto source = open_captures({capture.string()}, {.stream = {.hash = false}, .spool = {}});
  if (!source) {
    return {};
  }
  Boundaries found;
  run_pipeline(**source, {.workers = 1, .records = RecordStyle::none, .fields = {}}, found);
  std::vector<std::uint32_t> frames{found.frames.begin(), found.frames.end()};
  if (most > 0 && frames.size() > most) {
    std::ranges::shuffle(frames, chance);
    frames.resize(most);
    std::ranges::sort(frames);
  }
  return frames;
}

// The capture damaged where messages meet.
void sweep_boundaries(const fs::path& capture, const File& file, std::mt19937_64& chance,
                      const Options& options, const Knowledge& knowledge, const fs::path& out,
                      Progress& progress) {
  const Layout layout = layout_of(file);
  for (const std::uint32_t frame : some_boundaries(capture, *options.boundaries, chance)) {
    if (frame == 0 || frame > layout.records.size()) {
      continue;
    }
    ++progress.boundaries;
    const Record& record = layout.records[frame - 1];
    const std::string place = capture.string() + " frame " + std::to_string(frame);
    const std::size_t inside = record.size / 2 + chance() % (record.size / 2 + 1);
    for (const std::size_t size : {record.size - 1, inside, record.size / 2}) {
      File damaged = file;
      shorten(damaged, layout, record, std::min(size, record.size));
      run_both(damaged, damaged.size(), place + " of " + std::to_string(size) + " bytes", false,
               knowledge, out, progress);
    }
    const std::size_t end = record.data + record.size;
    for (const std::size_t size :
         {end - 1, end, std::min(end + 1, file.size()), record.data + record.size / 2}) {
      run_both(file, size, place + " and a file of " + std::to_string(size) + " bytes", false,
               knowledge, out, progress);
    }
  }
}

// All runs of one capture.
void sweep(const fs::path& capture, std::size_t seed, const Options& options,
           const Knowledge& knowledge, Progress& progress) {
  std::ifstream in{capture, std::ios::binary};
  const File file{std::istreambuf_iterator<char>{in}, {}};
  const std::size_t header = header_size(file);
  const fs::path out = fs::temp_directory_path() / ("prahari-sweep-" + std::to_string(::getpid()));
  std::mt19937_64 chance{seed};
  for (std::size_t i = 0; i <= options.cuts; ++i) {
    const std::size_t size = i == 0 ? file.size() : 1 + chance() % (file.size() - 1);
    run_both(file, size, capture.string() + " cut at " + std::to_string(size), size < header,
             knowledge, out, progress);
  }
  if (options.boundaries) {
    sweep_boundaries(capture, file, chance, options, knowledge, out, progress);
  }
  std::error_code ignored;
  fs::remove_all(out, ignored);
}

// Waits for one of the processes; whether it ended well.
bool reap(std::vector<pid_t>& running, const Options& options, const Progress* progress) {
  int status = 0;
  const pid_t ended = ::wait(&status);
  const auto at = std::ranges::find(running, ended);
  if (at == running.end()) {
    return false;
  }
  const auto index = static_cast<std::size_t>(at - running.begin());
  *at = 0;
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) {
    return true;
  }
  std::printf("%s cut at %zu: %s: the process died (status %#x)\n", options.captures[index].c_str(),
              progress[index].cut, progress[index].command.data(), static_cast<unsigned>(status));
  std::error_code ignored;
  fs::remove_all(fs::temp_directory_path() / ("prahari-sweep-" + std::to_string(ended)), ignored);
  return false;
}

int run(const Options& options) {
  const auto knowledge = load_knowledge("");
  if (!knowledge) {
    std::fprintf(stderr, "sweep: %s\n", knowledge.error().message.c_str());
    return 4;
  }
  const std::size_t count = options.captures.size();
  void* shared = ::mmap(nullptr, (count + 1) * sizeof(Progress), PROT_READ | PROT_WRITE,
                        MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (shared == MAP_FAILED) {
    return 4;
  }
  auto* progress = static_cast<Progress*>(shared);
  const auto begin = std::chrono::steady_clock::now();
  std::vector<pid_t> running;  // by capture
  std::size_t alive = 0;
  std::size_t died = 0;
  for (std::size_t i = 0; i < count; ++i) {
    if (alive == options.jobs) {
      died += reap(running, options, progress) ? 0U : 1U;
      --alive;
    }
    std::fflush(stdout);
    const pid_t child = ::fork();
    if (child == 0) {
      sweep(options.captures[i], options.seed + i, options, **knowledge, progress[i]);
      // By the front door: the leak check sits there.
      std::exit(0);  // NOLINT(concurrency-mt-unsafe): the child has one thread
    }
    running.push_back(child);
    ++alive;
  }
  for (; alive > 0; --alive) {
    died += reap(running, options, progress) ? 0U : 1U;
  }
  Progress sum;
  for (std::size_t i = 0; i < count; ++i) {
    sum.runs += progress[i].runs;
    sum.refused += progress[i].refused;
    sum.complaints += progress[i].complaints;
    sum.boundaries += progress[i].boundaries;
  }
  const auto seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  std::printf(
      "%zu captures, %zu message boundaries, %zu runs, %zu of them refused; %zu complaints, "
      "%zu processes died; %.0f s\n",
      count, sum.boundaries, sum.runs, sum.refused, sum.complaints, died, seconds);
  return sum.complaints == 0 && died == 0 && count > 0 ? 0 : 1;
}

void collect(const fs::path& from, std::vector<fs::path>& captures) {
  const auto is_capture = [](const fs::path& path) {
    return path.extension() == ".pcap" || path.extension() == ".pcapng" ||
           path.extension() == ".cap";
  };
  if (!fs::is_directory(from)) {
    captures.push_back(from);
    return;
  }
  for (const auto& entry :
       fs::recursive_directory_iterator{from, fs::directory_options::follow_directory_symlink}) {
    if (entry.is_regular_file() && is_capture(entry.path())) {
      captures.push_back(entry.path());
    }
  }
  std::ranges::sort(captures);
}

// False where the words make no sense.
bool read_options(std::vector<std::string> words, Options& options) {
  for (auto word = words.begin(); word != words.end(); ++word) {
    const auto number_after = [&](std::size_t& into) {
      ++word;
      return word != words.end() &&
             std::from_chars(word->data(), word->data() + word->size(), into).ec == std::errc{};
    };
    if (*word == "--boundaries") {
      if (!number_after(options.boundaries.emplace())) {
        return false;
      }
    } else if (*word == "--cuts" || *word == "--seed" || *word == "--jobs") {
      std::size_t& into = *word == "--cuts"   ? options.cuts
                          : *word == "--seed" ? options.seed
                                              : options.jobs;
      if (!number_after(into)) {
        return false;
      }
    } else {
      collect(*word, options.captures);
    }
  }
  return !options.captures.empty() && options.jobs > 0;
}

}  // namespace
}  // namespace prahari

int main(int argc, char** argv) {
  prahari::Options options;
  if (!prahari::read_options({argv + 1, argv + argc}, options)) {
    std::fputs(
        "usage: sweep [--cuts N] [--boundaries N] [--seed S] [--jobs J] CAPTURE-OR-FOLDER...\n",
        stderr);
    return 2;
  }
  return prahari::run(options);
}
