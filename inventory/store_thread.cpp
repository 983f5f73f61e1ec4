#include "inventory/store_thread.hpp"

#include <chrono>
#include <utility>

#include "inventory/asset_key.hpp"

namespace prahari {
namespace {

constexpr std::chrono::seconds kInterval{1};
constexpr std::size_t kEnough = 1000;  // records that are worth a transaction at once

std::string key_of(const Conversation& row) {
  std::string key = to_string(row.client_ip);
  key += ' ';
  append(key, row.server_ip);
  key += ' ' + std::to_string(row.server_port) + ' ';
  key += to_string(row.transport);
  key += ' ';
  key += to_string(row.protocol);
  key += ' ';
  append(key, row.vlan);
  return key + ' ' + std::to_string(row.tunnel);
}

template <class Record>
std::vector<Record> values(std::map<std::string, Record>&& records) {
  std::vector<Record> out;
  out.reserve(records.size());
  for (auto& [key, record] : records) {
    out.push_back(std::move(record));
  }
  return out;
}

}  // namespace

StoreThread::StoreThread(Store store, std::function<void(const Error&)> on_error)
    : store_(std::move(store)),
      on_error_(std::move(on_error)),
      thread_([this](const std::stop_token& stop) { run(stop); }) {}

StoreThread::~StoreThread() {
  thread_.request_stop();
  thread_.join();
}

void StoreThread::put(AlertRow alert) {
  std::string key = alert.id;
  put(&Waiting::alerts, std::move(key), std::move(alert));
}

void StoreThread::put(AssetRecord asset) {
  std::string key = asset.asset.id;
  put(&Waiting::assets, std::move(key), std::move(asset));
}

void StoreThread::put(FlowRecord flow) {
  std::string key = key_of(flow.row);
  put(&Waiting::flows, std::move(key), std::move(flow));
}

void StoreThread::put(CaseRow entry) {
  std::string key = entry.id;
  put(&Waiting::cases, std::move(key), std::move(entry));
}

template <class Record>
void StoreThread::put(std::map<std::string, Record> Waiting::*where, std::string key,
                      Record&& record) {
  const std::scoped_lock lock{mutex_};
  auto& records = waiting_.*where;
  if (const auto known = records.find(key); known != records.end()) {
    known->second = std::forward<Record>(record);
    ++stats_.coalesced;
    return;
  }
  if (waiting_.size() >= kLimit && !make_room(std::is_same_v<Record, AlertRow>)) {
    ++stats_.dropped;
    return;
  }
  records.emplace(std::move(key), std::forward<Record>(record));
  if (waiting_.size() >= kEnough) {
    wake_.notify_one();
  }
}

// An alert may take the place of anything else; what is seen again comes again.
bool StoreThread::make_room(bool for_alert) {
  if (!for_alert || (waiting_.flows.empty() && waiting_.assets.empty())) {
    return false;
  }
  if (waiting_.flows.empty()) {
    waiting_.assets.erase(waiting_.assets.begin());
  } else {
    waiting_.flows.erase(waiting_.flows.begin());
  }
  ++stats_.dropped;
  return true;
}

void StoreThread::hurry() {
  const std::scoped_lock lock{mutex_};
  ++put_;
  wake_.notify_one();
}

void StoreThread::flush() {
  std::unique_lock lock{mutex_};
  const std::uint64_t mine = ++put_;
  wake_.notify_one();
  idle_.wait(lock, [&] { return done_ >= mine; });
}

StoreThreadStats StoreThread::stats() const {
  const std::scoped_lock lock{mutex_};
  return stats_;
}

void StoreThread::run(const std::stop_token& stop) {
  for (bool last = false; !last;) {
    Waiting batch;
    std::uint64_t asked = 0;
    {
      std::unique_lock lock{mutex_};
      wake_.wait_for(lock, stop, kInterval, [this] {
        return (waiting_.size() >= kEnough && last_error_.empty()) || put_ > done_;
      });
      last = stop.stop_requested();
      std::swap(batch, waiting_);
      asked = put_;
    }
    if (batch.size() > 0) {
      write(std::move(batch));
    }
    const std::scoped_lock lock{mutex_};
    done_ = asked;
    idle_.notify_all();
  }
}

void StoreThread::write(Waiting batch) {
  RecordBatch rows{values(std::move(batch.alerts)), values(std::move(batch.assets)),
                   values(std::move(batch.flows)), values(std::move(batch.cases))};
  const Status saved = store_.save(rows);
  if (saved) {
    last_error_.clear();
    const std::scoped_lock lock{mutex_};
    stats_.written += rows.size();
    return;
  }
  if (saved.error().message != last_error_) {
    last_error_ = saved.error().message;
    on_error_(saved.error());
  }
  take_back(std::move(rows));
}

// All waits for the next try; a newer self that came meanwhile stands.
void StoreThread::take_back(RecordBatch&& rows) {
  const std::scoped_lock lock{mutex_};
  ++stats_.failed;
  for (AlertRow& alert : rows.alerts) {
    if (waiting_.size() >= kLimit && !make_room(true)) {
      ++stats_.dropped;
      continue;
    }
    std::string key = alert.id;
    waiting_.alerts.try_emplace(std::move(key), std::move(alert));
  }
  for (AssetRecord& asset : rows.assets) {
    std::string key = asset.asset.id;
    keep(waiting_.assets, std::move(key), std::move(asset));
  }
  for (FlowRecord& flow : rows.flows) {
    std::string key = key_of(flow.row);
    keep(waiting_.flows, std::move(key), std::move(flow));
  }
  for (CaseRow& entry : rows.cases) {
    std::string key = entry.id;
    keep(waiting_.cases, std::move(key), std::move(entry));
  }
}

template <class Record>
void StoreThread::keep(std::map<std::string, Record>& records, std::string key, Record&& record) {
  if (waiting_.size() < kLimit) {
    records.try_emplace(std::move(key), std::forward<Record>(record));
  } else {
    ++stats_.dropped;
  }
}

}  // namespace prahari
