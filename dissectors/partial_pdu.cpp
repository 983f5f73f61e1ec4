#include "dissectors/partial_pdu.hpp"

namespace prahari {

void PartialBudget::link_newest(PartialPdu& pdu) noexcept {
  pdu.newer_ = nullptr;
  pdu.older_ = newest_;
  (newest_ == nullptr ? oldest_ : newest_->newer_) = &pdu;
  newest_ = &pdu;
}

void PartialBudget::unlink(PartialPdu& pdu) noexcept {
  (pdu.newer_ == nullptr ? newest_ : pdu.newer_->older_) = pdu.older_;
  (pdu.older_ == nullptr ? oldest_ : pdu.older_->newer_) = pdu.newer_;
}

void PartialBudget::make_room(const PartialPdu& keep) noexcept {
  while (bytes_ > bytes_max_ && oldest_ != &keep) {
    PartialPdu& gone = *oldest_;
    unlink(gone);
    bytes_ -= gone.accounted_;
    gone.accounted_ = 0;
    gone.bytes_ = {};
    gone.evicted_ = true;
    ++evicted_;
  }
}

PartialPdu::PartialPdu(PartialBudget& budget, Bytes begin, const PacketRef& ref)
    : packet(ref), budget_(budget), bytes_(begin.begin(), begin.end()) {
  budget_.link_newest(*this);
  account();
}

PartialPdu::~PartialPdu() {
  if (!evicted_) {
    budget_.unlink(*this);
    budget_.bytes_ -= accounted_;
  }
}

void PartialPdu::append(Bytes more) {
  bytes_.insert(bytes_.end(), more.begin(), more.end());
  if (budget_.newest_ != this) {
    budget_.unlink(*this);
    budget_.link_newest(*this);
  }
  account();
}

// What it takes is what the vector holds, which is more than what it was given.
void PartialPdu::account() noexcept {
  const std::size_t now = sizeof(PartialPdu) + bytes_.capacity();
  budget_.bytes_ += now - accounted_;
  accounted_ = now;
  budget_.make_room(*this);
}

}  // namespace prahari
