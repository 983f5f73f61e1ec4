#include "sensor/approved_baselines.hpp"

#include <algorithm>

#include "inventory/baseline_store.hpp"
#include "rules/baseline_choice.hpp"
#include "rules/baseline_json.hpp"

namespace prahari {
namespace {

const std::string& name_of(const Baseline* baseline) noexcept { return baseline->data().name; }

std::vector<BaselineRevision> approved_of(std::vector<BaselineRevision> revisions) {
  std::erase_if(revisions,
                [](const BaselineRevision& row) { return row.status != RevisionStatus::approved; });
  std::ranges::sort(revisions, {}, &BaselineRevision::name);
  return revisions;
}

Result<std::unique_ptr<Baseline>> load(BaselineStore& store, std::int64_t revision) {
  const std::string words = "revision " + std::to_string(revision);
  const auto row = store.find(revision);
  if (!row) {
    return row.error();
  }
  if (!*row) {
    return Error{words + " of the baseline is gone"};
  }
  auto data = parse_baseline((*row)->body, words);
  if (!data) {
    return data.error();
  }
  data->name = (*row)->name;
  return std::make_unique<Baseline>(std::move(*data));
}

}  // namespace

Result<ApprovedBaselines> ApprovedBaselines::of_files(const std::vector<std::string>& files) {
  ApprovedBaselines made;
  for (const std::string& file : files) {
    auto data = load_baseline(file);
    if (!data) {
      return data.error();
    }
    for (const Loaded& other : made.loaded_) {
      if (other.baseline->data().name == data->name) {
        return Error{file + ": another file is the baseline " + data->name +
                         " already; expected one file for each name",
                     Error::Kind::usage};
      }
    }
    if (files.size() == 1) {
      data->name = kUsualBaseline;  // who names one file means it for every hour
    }
    for (BaselineZone& zone : data->zones) {
      zone.state = BaselineZone::State::locked;
    }
    made.loaded_.push_back({0, std::make_unique<Baseline>(std::move(*data))});
    made.in_force_.push_back(made.loaded_.back().baseline.get());
  }
  std::ranges::sort(made.in_force_, {}, name_of);
  return made;
}

Result<ApprovedBaselines> ApprovedBaselines::of_folder(const std::filesystem::path& folder) {
  ApprovedBaselines made;
  made.folder_ = folder;
  if (const auto read = made.refresh(); !read) {
    return read.error();
  }
  return made;
}

std::string ApprovedBaselines::names() const {
  std::string out;
  for (const Baseline* baseline : in_force_) {
    out += (out.empty() ? "" : ", ") + name_of(baseline);
  }
  return out;
}

Result<bool> ApprovedBaselines::refresh() {
  if (folder_.empty()) {
    return false;
  }
  auto store = BaselineStore::open(folder_ / "prahari.db", Database::Access::read);
  if (!store) {
    return store.error();
  }
  auto rows = store->list();
  if (!rows) {
    return rows.error();
  }
  std::vector<std::int64_t> revisions;
  for (const BaselineRevision& row : approved_of(std::move(*rows))) {
    revisions.push_back(row.revision);
  }
  if (revisions == revisions_) {
    return false;
  }
  std::vector<const Baseline*> in_force;
  for (const std::int64_t revision : revisions) {
    auto known = std::ranges::find(loaded_, revision, &Loaded::revision);
    if (known == loaded_.end()) {
      auto baseline = load(*store, revision);
      if (!baseline) {
        return baseline.error();
      }
      known = loaded_.insert(loaded_.end(), {revision, std::move(*baseline)});
    }
    in_force.push_back(known->baseline.get());
  }
  revisions_ = std::move(revisions);
  in_force_ = std::move(in_force);
  return true;
}

}  // namespace prahari
