#include "inventory/posture_book.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

#include "dissectors/certificate.hpp"

namespace prahari {
namespace {

constexpr std::size_t kLongestText = 256;
constexpr std::ptrdiff_t kPerAspect = 24;  // a storm of one kind pushes out its own, nobody else's

bool same(const PostureFact& a, const PostureFact& b) noexcept {
  const auto key = [](const PostureFact& fact) {
    return std::tie(fact.aspect, fact.protocol, fact.as_client, fact.port, fact.what, fact.text,
                    fact.thumbprint);
  };
  return key(a) == key(b);
}

bool known_as(const PostureFact& fact, const Event& event, const std::string& thumbprint) noexcept {
  return fact.aspect == event.posture.aspect && fact.protocol == event.protocol &&
         fact.as_client == event.posture.of_client && fact.port == event.server.port &&
         fact.what == event.posture.what && fact.text == event.text.substr(0, kLongestText) &&
         fact.thumbprint == thumbprint;
}

constexpr auto kWords = std::to_array<std::string_view>({
    "neither signed nor encrypted",
    "signed, but not encrypted",
    "withdrawn as too weak by its specification",
    "nobody has to say who he is",
    "the password or token can be read on the wire",
    "the server offers better",
    "expired",
    "not valid yet",
    "key too short",
    "signature too weak",
    "signed by itself",
    "made out to another name",
    "not a readable certificate",
});
static_assert(kWords.size() == kPostureFlaws);

}  // namespace

Learned learn_posture(Asset& asset, const Event& event, bool full) {
  const PostureFacts& said = event.posture;
  const Timestamp now = event.packet.time;
  const bool print = said.aspect == Posture::Aspect::certificate;
  const std::string thumbprint = print ? thumbprint_text(said.thumbprint) : std::string{};
  for (PostureFact& fact : asset.postures) {
    if (known_as(fact, event, thumbprint)) {
      ++fact.count;
      fact.flaws |= said.flaws;
      fact.first = std::min(fact.first, now);
      fact.last = std::max(fact.last, now);
      return Learned::again;
    }
  }
  Learned outcome = Learned::added;
  const auto rival = [&](const PostureFact& fact) {
    return fact.aspect == said.aspect && fact.protocol == event.protocol &&
           fact.port == event.server.port;
  };
  if (full || asset.postures.size() >= kPosturesPerAsset ||
      std::ranges::count_if(asset.postures, rival) >= kPerAspect) {
    auto oldest = asset.postures.end();
    for (auto fact = asset.postures.begin(); fact != asset.postures.end(); ++fact) {
      if (rival(*fact) && (oldest == asset.postures.end() || fact->last < oldest->last)) {
        oldest = fact;
      }
    }
    if (oldest == asset.postures.end()) {
      return Learned::dropped;
    }
    asset.postures.erase(oldest);
    outcome = Learned::replaced;
  }
  asset.postures.push_back(PostureFact{.aspect = said.aspect,
                                       .protocol = event.protocol,
                                       .as_client = said.of_client,
                                       .port = event.server.port,
                                       .flaws = said.flaws,
                                       .count = 1,
                                       .what = std::string{said.what},
                                       .text = std::string{event.text.substr(0, kLongestText)},
                                       .thumbprint = thumbprint,
                                       .first = now,
                                       .last = now,
                                       .packet = event.packet});
  return outcome;
}

std::size_t merge_postures(Asset& from, Asset& into) {
  const std::size_t before = into.postures.size();
  for (PostureFact& fact : from.postures) {
    const auto known = std::ranges::find_if(
        into.postures, [&](const PostureFact& other) { return same(other, fact); });
    if (known != into.postures.end()) {
      known->count += fact.count;
      known->flaws |= fact.flaws;
      known->last = std::max(known->last, fact.last);
      if (fact.first < known->first) {
        known->first = fact.first;
        known->packet = fact.packet;
      }
    } else if (into.postures.size() < kPosturesPerAsset) {
      into.postures.push_back(std::move(fact));
    }
  }
  return into.postures.size() - before;
}

std::vector<std::string_view> flaw_names(std::uint32_t flaws) {
  std::vector<std::string_view> out;
  for (std::size_t i = 0; i < kPostureFlaws; ++i) {
    if ((flaws >> i & 1U) != 0) {
      out.push_back(to_string(static_cast<Posture::Flaw>(i)));
    }
  }
  return out;
}

std::string flaw_words(std::uint32_t flaws) {
  std::string out;
  for (std::size_t i = 0; i < kPostureFlaws; ++i) {
    if ((flaws >> i & 1U) != 0) {
      out += out.empty() ? "" : "; ";
      out += kWords[i];
    }
  }
  return out;
}

}  // namespace prahari
