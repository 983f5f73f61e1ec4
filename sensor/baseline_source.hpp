// Which baseline a command means: what a state folder learned, one of its revisions, or a file.

#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "inventory/baseline_store.hpp"
#include "rules/baseline.hpp"
#include "sensor/state.hpp"

namespace prahari {

// A state folder and the baselines in its database.
struct Baselines {
  State state;
  BaselineStore store;
};
Result<Baselines> open_baselines(const Arguments& arguments, Database::Access access);

struct NamedBaseline {
  std::string words;   // "revision 3 (running, approved)", "what was learned", "old.json"
  std::string origin;  // for the record: the file, or "revision 3"
  BaselineData data;
  std::string file_text;  // of a file that somebody named, which may be signed; else empty
};

// `which`: a revision's number, "learned", the name of a baseline (its approved revision), or a
// file. Empty: the approved "running", else what was learned.
Result<NamedBaseline> the_baseline(Baselines& baselines, const std::string& which);
// The one that WHICH names, of the state folder that --state names, to be read only.
Result<NamedBaseline> the_baseline(const Arguments& arguments);

Result<NamedBaseline> baseline_in_file(const std::filesystem::path& file);

// baseline.json of the state folder.
Result<NamedBaseline> learned_baseline(const State& state);

}  // namespace prahari
