// Writes to the database beside the analyst, so that a slow disk never holds up packets.
//
// The analyst hands records over and goes on; a thread writes them every second, or sooner when a
// thousand wait, alerts first. Bounded: assets and conversations that wait are replaced by their
// newer selves, and when too many wait they are dropped, counted, before an alert is.

#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <thread>

#include "inventory/store.hpp"

namespace prahari {

struct StoreThreadStats {
  std::uint64_t written = 0;
  std::uint64_t coalesced = 0;
  std::uint64_t dropped = 0;  // no room
  std::uint64_t failed = 0;   // batches that could not be written and wait for the next try
};

class StoreThread {
 public:
  static constexpr std::size_t kLimit = 8192;

  // `on_error` is called on the thread, once for a row of failures with the same words.
  StoreThread(Store store, std::function<void(const Error&)> on_error);
  StoreThread(const StoreThread&) = delete;
  StoreThread& operator=(const StoreThread&) = delete;
  // Writes what waits.
  ~StoreThread();

  // Any thread. Never wait for the disk.
  void put(AlertRow alert);
  void put(AssetRecord asset);
  void put(FlowRecord flow);
  void put(CaseRow entry);

  // Writes what waits now, not at the next second. Never waits for it.
  void hurry();

  // Returns when all that was put before lies in the database, or could not be written.
  void flush();

  [[nodiscard]] StoreThreadStats stats() const;

 private:
  // What waits, by what it is known by; in that order it is written.
  struct Waiting {
    std::map<std::string, AlertRow> alerts;
    std::map<std::string, AssetRecord> assets;
    std::map<std::string, FlowRecord> flows;
    std::map<std::string, CaseRow> cases;

    [[nodiscard]] std::size_t size() const noexcept {
      return alerts.size() + assets.size() + flows.size() + cases.size();
    }
  };

  template <class Record>
  void put(std::map<std::string, Record> Waiting::*where, std::string key, Record&& record);
  bool make_room(bool for_alert);
  void run(const std::stop_token& stop);
  void write(Waiting batch);
  void take_back(RecordBatch&& rows);
  template <class Record>
  void keep(std::map<std::string, Record>& records, std::string key, Record&& record);

  Store store_;  // the thread's alone
  std::function<void(const Error&)> on_error_;
  std::string last_error_;  // the thread's alone

  mutable std::mutex mutex_;
  std::condition_variable_any wake_;
  std::condition_variable_any idle_;
  Waiting waiting_;
  StoreThreadStats stats_;
  std::uint64_t put_ = 0;   // batches asked for by flush
  std::uint64_t done_ = 0;  // and done
  std::jthread thread_;
};

}  // namespace prahari
