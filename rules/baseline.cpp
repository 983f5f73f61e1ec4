// The index over a baseline. Everything is sorted once; a look-up is a binary search, and the
// detectors keep its answer with the flow.

#include "rules/baseline.hpp"

#include <algorithm>
#include <deque>
#include <iterator>
#include <map>
#include <tuple>

#include "rules/site_names.hpp"
#include "rules/target_set.hpp"

namespace prahari {
namespace {

struct Known {
  HostPlace place;
  MacAddress mac;
  BaselineHostIndex host = kNone;
};

auto key(const HostPlace& place) { return std::tie(place.ip, place.mac, place.vlan); }
bool before(const HostPlace& a, const HostPlace& b) { return key(a) < key(b); }

auto table_of(const BaselineTarget* one) {
  return std::tuple<std::uint32_t, std::string_view>(one->unit, one->table);
}

std::span<const BaselineTarget* const> of_table(const std::vector<const BaselineTarget*>& sorted,
                                                const TargetQuery& target) noexcept {
  const std::tuple<std::uint32_t, std::string_view> wanted(target.unit, target.table);
  return {std::ranges::lower_bound(sorted, wanted, {}, table_of),
          std::ranges::upper_bound(sorted, wanted, {}, table_of)};
}

PollQuery query_of(const BaselinePoll& poll) noexcept {
  return {.unit = poll.unit,
          .function = poll.function,
          .sub_function = poll.sub_function,
          .address = poll.address,
          .by_client = poll.by_client,
          .text = poll.text};
}

auto key(const PollQuery& poll) {
  return std::tie(poll.unit, poll.function, poll.sub_function, poll.address, poll.by_client,
                  poll.text);
}

HostPlace place_of(const HostKey& host) noexcept {
  return {host.ip, host.ip.empty() ? host.mac : MacAddress{}, host.vlan};
}

}  // namespace

class Baseline::Index {
 public:
  struct Link {
    BaselineHostIndex client = kNone;
    BaselineHostIndex server = kNone;
    BaselineService service;
    BaselineTalker talker;
    std::vector<const BaselineOperation*> operations;
    std::vector<const BaselineTarget*> writes;   // by unit and table
    std::vector<const BaselineTarget*> limited;  // of those, the ones that people bounded
    BaselinePollIndex first_poll = 0;
    BaselinePollIndex end_of_polls = 0;
    TargetSet written;
    TargetSet read;
    std::uint8_t classes = 0;

    [[nodiscard]] auto key() const {
      return std::tie(client, server, service.protocol, service.transport, service.port);
    }
  };

  struct Poll {
    PollQuery query;
    BaselineLinkIndex link = kNone;
    const BaselinePoll* poll = nullptr;
    const BaselineZone* zone = nullptr;

    [[nodiscard]] auto key() const { return std::tuple_cat(std::tie(link), prahari::key(query)); }
  };

  struct Told {
    BaselineHostIndex host = kNone;
    const BaselineFact* fact = nullptr;

    [[nodiscard]] auto key() const {
      return std::tuple<BaselineHostIndex, std::uint32_t, Identity::Field, std::string_view>{
          host, fact->unit, fact->field, fact->source};
    }
  };

  explicit Index(BaselineData given) : data(std::move(given)) {
    sort(data);
    gather_hosts();
    gather_facts();
    gather_links();
    for (Link& link : links) {
      std::ranges::stable_sort(link.writes, {}, table_of);  // they may stand in several zones
      std::ranges::copy_if(link.writes, std::back_inserter(link.limited),
                           [](const auto* one) { return one->limits || one->most_step; });
      link.written.settle();
      link.read.settle();
    }
    gather_polls();
    gather_writers();
  }

  [[nodiscard]] BaselineHostIndex by_place(const HostPlace& place) const noexcept {
    const auto at = std::ranges::lower_bound(known, place, before, &Known::place);
    return at != known.end() && at->place == place ? at->host : kNone;
  }
  [[nodiscard]] BaselineHostIndex by_mac(const MacAddress& mac) const noexcept {
    const auto at = std::ranges::lower_bound(macs, mac, {}, &Known::mac);
    return at != macs.end() && at->mac == mac ? at->host : kNone;
  }

  [[nodiscard]] const Link* find(const Link& like) const noexcept {
    const auto at = std::ranges::lower_bound(
        links, like, [](const Link& a, const Link& b) { return a.key() < b.key(); });
    return at != links.end() && at->key() == like.key() ? &*at : nullptr;
  }

  // The link itself, and those of its client to servers of the same role.
  template <class Visit>
  void each_like(const Link& here, Visit&& visit) const;

  BaselineData data;
  std::vector<Known> known;                     // by place
  std::vector<Known> macs;                      // by MAC address
  std::vector<BaselineHost> hosts;              // by BaselineHostIndex
  std::vector<Link> links;                      // by key
  std::vector<Told> facts;                      // by key
  std::vector<Poll> polls;                      // by key
  std::vector<BaselineHostIndex> only_writers;  // by the server

 private:
  void gather_hosts() {
    for (const BaselineZone& zone : data.zones) {
      for (const BaselineHost& host : zone.hosts) {
        known.push_back({host.place, host.mac, kNone});
        hosts.push_back(host);
      }
    }
    const auto add_end = [this](const HostPlace& place) { known.push_back({place, {}, kNone}); };
    for (const BaselineZone& zone : data.zones) {
      for (const BaselineTalker& talker : zone.talkers) {
        add_end(talker.link.client);
        add_end(talker.link.server);
      }
    }
    // A host that is listed with its MAC address stands before the same place without.
    std::ranges::stable_sort(known, [](const Known& a, const Known& b) {
      return a.place == b.place ? b.mac < a.mac : before(a.place, b.place);
    });
    const auto same = [](const Known& a, const Known& b) { return a.place == b.place; };
    known.erase(std::unique(known.begin(), known.end(), same), known.end());
    number_hosts();
  }

  // One number for all addresses of one device.
  void number_hosts() {
    std::vector<BaselineHost> listed = std::move(hosts);
    std::ranges::stable_sort(listed, before, &BaselineHost::place);
    hosts.clear();
    std::map<MacAddress, BaselineHostIndex> numbers;
    for (Known& one : known) {
      const auto next = static_cast<BaselineHostIndex>(hosts.size());
      one.host = one.mac.empty() ? next : numbers.try_emplace(one.mac, next).first->second;
      if (one.host != next) {
        continue;
      }
      const auto at = std::ranges::lower_bound(listed, one.place, before, &BaselineHost::place);
      hosts.push_back(at != listed.end() && at->place == one.place
                          ? *at
                          : BaselineHost{.place = one.place, .mac = {}, .name = {}, .role = {}});
    }
    for (const auto& [mac, number] : numbers) {
      macs.push_back({{}, mac, number});
    }
  }

  void gather_facts() {
    for (const BaselineZone& zone : data.zones) {
      for (const BaselineFact& one : zone.facts) {
        facts.push_back({by_place(one.host), &one});
      }
    }
    std::ranges::stable_sort(facts, [](const Told& a, const Told& b) { return a.key() < b.key(); });
  }

  [[nodiscard]] Link link_of(const BaselineLink& link) const {
    Link out;
    out.client = by_place(link.client);
    out.server = by_place(link.server);
    out.service = link.service;
    return out;
  }

  Link* at(const BaselineLink& link) {
    const Link like = link_of(link);
    return const_cast<Link*>(find(like));  // NOLINT(cppcoreguidelines-pro-type-const-cast): ours
  }

  void gather_links() {
    for (const BaselineZone& zone : data.zones) {
      for (const BaselineTalker& talker : zone.talkers) {
        links.push_back(link_of(talker.link));
        links.back().talker = talker;
      }
    }
    std::ranges::stable_sort(links, [](const Link& a, const Link& b) { return a.key() < b.key(); });
    const auto same = [](const Link& a, const Link& b) { return a.key() == b.key(); };
    links.erase(std::unique(links.begin(), links.end(), same), links.end());
    for (const BaselineZone& zone : data.zones) {
      fill_links(zone);
    }
  }

  // What is said of a link that is not among the talkers is not approved.
  void fill_links(const BaselineZone& zone) {
    for (const BaselineOperation& one : zone.operations) {
      if (Link* link = at(one.link)) {
        link->operations.push_back(&one);
        link->classes |= static_cast<std::uint8_t>(1U << static_cast<unsigned>(one.operation));
      }
    }
    for (const BaselineTarget& one : zone.writes) {
      if (Link* link = at(one.link)) {
        link->writes.push_back(&one);
        link->written.add(one);
      }
    }
    for (const BaselineTarget& one : zone.reads) {
      if (Link* link = at(one.link)) {
        link->read.add(one);
      }
    }
  }

  void gather_polls() {
    for (const BaselineZone& zone : data.zones) {
      for (const BaselinePoll& one : zone.polls) {
        if (const Link* link = at(one.link)) {
          polls.push_back({.query = query_of(one),
                           .link = static_cast<BaselineLinkIndex>(link - links.data()),
                           .poll = &one,
                           .zone = &zone});
        }
      }
    }
    std::ranges::stable_sort(polls, [](const Poll& a, const Poll& b) { return a.key() < b.key(); });
    const auto same = [](const Poll& a, const Poll& b) { return a.key() == b.key(); };
    polls.erase(std::unique(polls.begin(), polls.end(), same), polls.end());
    for (BaselinePollIndex i = 0; i < polls.size(); ++i) {
      Link& link = links[polls[i].link];
      link.first_poll = link.end_of_polls == 0 ? i : link.first_poll;
      link.end_of_polls = i + 1;
    }
  }

  void gather_writers() {
    constexpr auto kWrites =
        static_cast<std::uint8_t>(1U << static_cast<unsigned>(Operation::write));
    only_writers.assign(hosts.size(), kNone);
    std::vector<bool> several(hosts.size());
    for (const Link& one : links) {
      if ((one.classes & kWrites) != 0 && one.server != kNone) {
        BaselineHostIndex& writer = only_writers[one.server];
        several[one.server] = several[one.server] || (writer != kNone && writer != one.client);
        writer = several[one.server] ? kNone : one.client;
      }
    }
  }
};

Baseline::Baseline(BaselineData data) : index_(std::make_unique<Index>(std::move(data))) {}
Baseline::~Baseline() = default;

const BaselineData& Baseline::data() const noexcept { return index_->data; }

const BaselineZone* Baseline::zone(std::string_view zone) const noexcept {
  const BaselineZone* whole = nullptr;
  for (const BaselineZone& one : index_->data.zones) {
    if (one.name == zone) {
      return &one;
    }
    whole = one.name == kWholeSite ? &one : whole;
  }
  return whole;
}

bool Baseline::locked(std::string_view zone_name) const noexcept {
  const auto is_locked = [](const BaselineZone& one) {
    return one.state == BaselineZone::State::locked;
  };
  if (const BaselineZone* found = zone(zone_name)) {
    return is_locked(*found);
  }
  // Nobody was seen there that no zone names. Once people have approved every zone, whoever comes
  // with such an address is new to all of them.
  const std::vector<BaselineZone>& zones = index_->data.zones;
  return zone_name == kUnassigned && !zones.empty() && std::ranges::all_of(zones, is_locked);
}

BaselineHostIndex Baseline::host(const HostKey& key) const noexcept {
  const BaselineHostIndex found = key.mac.empty() ? kNone : index_->by_mac(key.mac);
  return found != kNone ? found : index_->by_place(place_of(key));
}

bool Baseline::knows_device(const HostKey& key) const noexcept {
  if (!key.mac.empty() && index_->by_mac(key.mac) != kNone) {
    return true;
  }
  const BaselineHostIndex found = index_->by_place(place_of(key));
  return found != kNone && (key.mac.empty() || index_->hosts[found].mac.empty());
}

BaselineHostIndex Baseline::host_count() const noexcept {
  return static_cast<BaselineHostIndex>(index_->hosts.size());
}

const BaselineHost& Baseline::host_entry(BaselineHostIndex host) const noexcept {
  static const BaselineHost kNobody;
  return host < index_->hosts.size() ? index_->hosts[host] : kNobody;
}

BaselineLinkIndex Baseline::link(BaselineHostIndex client, BaselineHostIndex server,
                                 const BaselineService& service) const noexcept {
  Index::Link like;
  like.client = client;
  like.server = server;
  like.service = service;
  const Index::Link* found = client == kNone || server == kNone ? nullptr : index_->find(like);
  return found == nullptr ? kNone : static_cast<BaselineLinkIndex>(found - index_->links.data());
}

bool Baseline::linked(BaselineHostIndex client, BaselineHostIndex server) const noexcept {
  Index::Link like;
  like.client = client;
  like.server = server;
  like.service.protocol = Protocol{};
  const auto at =
      std::ranges::lower_bound(index_->links, like, [](const Index::Link& a, const Index::Link& b) {
        return std::tie(a.client, a.server) < std::tie(b.client, b.server);
      });
  return at != index_->links.end() && at->client == client && at->server == server;
}

const BaselineTalker& Baseline::talker(BaselineLinkIndex link) const noexcept {
  return index_->links[link].talker;
}

const BaselineOperation* Baseline::operation(BaselineLinkIndex link, Operation operation,
                                             std::uint16_t function, std::uint16_t sub_function,
                                             std::string_view object) const noexcept {
  const auto& all = index_->links[link].operations;
  const auto known = std::ranges::find_if(all, [&](const BaselineOperation* one) {
    return one->operation == operation && one->function == function &&
           one->sub_function == sub_function && one->object == object;
  });
  return known == all.end() ? nullptr : *known;
}

bool Baseline::allows(BaselineLinkIndex link, Operation operation, std::uint16_t function,
                      std::uint16_t sub_function, std::string_view object) const noexcept {
  return this->operation(link, operation, function, sub_function, object) != nullptr;
}

std::uint8_t Baseline::classes(BaselineLinkIndex link) const noexcept {
  return index_->links[link].classes;
}

bool Baseline::writes(BaselineLinkIndex link, const TargetQuery& target) const noexcept {
  return index_->links[link].written.covers(target);
}

bool Baseline::reads(BaselineLinkIndex link, const TargetQuery& target) const noexcept {
  return index_->links[link].read.covers(target);
}

const BaselineTarget* Baseline::write_entry(BaselineLinkIndex link,
                                            const TargetQuery& target) const noexcept {
  for (const BaselineTarget* entry : written(link, target)) {
    const BaselineTarget& one = *entry;
    const bool same = !target.text.empty()
                          ? one.text == target.text
                          : target.count > 0 && one.text.empty() && one.first == target.first &&
                                one.last == target.first + (target.count - 1);
    if (same) {
      return &one;
    }
  }
  return nullptr;
}

std::span<const BaselineTarget* const> Baseline::limited(BaselineLinkIndex link,
                                                         const TargetQuery& target) const noexcept {
  return of_table(index_->links[link].limited, target);
}

std::span<const BaselineTarget* const> Baseline::written(BaselineLinkIndex link,
                                                         const TargetQuery& target) const noexcept {
  return of_table(index_->links[link].writes, target);
}

template <class Visit>
void Baseline::Index::each_like(const Link& here, Visit&& visit) const {
  const std::string& role = hosts[here.server].role;
  for (auto at = std::ranges::lower_bound(links, here.client, {}, &Link::client);
       at != links.end() && at->client == here.client; ++at) {
    const Link& one = *at;
    if (one.service == here.service &&
        (one.server == here.server || (!role.empty() && hosts[one.server].role == role))) {
      visit(one);
    }
  }
}

bool Baseline::alike(BaselineLinkIndex link, const TargetQuery& target) const noexcept {
  const Index::Link& here = index_->links[link];
  bool found = false;
  if (here.read.covers_alike(target)) {
    index_->each_like(
        here, [&](const Index::Link& one) { found = found || one.written.has_alike(target); });
  }
  return found;
}

std::optional<ValueRange> Baseline::values_alike(BaselineLinkIndex link,
                                                 const TargetQuery& target) const noexcept {
  std::optional<ValueRange> out;
  const std::string_view group = group_of(target.table, target.text);
  index_->each_like(index_->links[link], [&](const Index::Link& one) {
    for (const BaselineTarget* write : one.writes) {
      if (write->table != target.table || write->text.empty() != target.text.empty() ||
          group_of(write->table, write->text) != group) {
        continue;
      }
      for (const ValueRange& range : write->values) {
        out = out ? ValueRange{std::min(out->least, range.least), std::max(out->most, range.most)}
                  : range;
      }
    }
  });
  return out;
}

std::string Baseline::operations_text(BaselineLinkIndex link) const {
  constexpr std::size_t kMostShown = 8;
  std::string out;
  const auto& operations = index_->links[link].operations;
  for (std::size_t i = 0; i < std::min(operations.size(), kMostShown); ++i) {
    const BaselineOperation& one = *operations[i];
    out += (out.empty() ? "" : ", ") +
           (one.name.empty() ? "function " + std::to_string(one.function) : one.name) +
           (one.object.empty() ? "" : " on " + one.object);
  }
  return operations.size() > kMostShown
             ? out + " and " + std::to_string(operations.size() - kMostShown) + " more"
             : out;
}

std::string Baseline::writes_text(BaselineLinkIndex link) const {
  return index_->links[link].written.text();
}

BaselineHostIndex Baseline::only_writer(BaselineHostIndex server) const noexcept {
  return server < index_->only_writers.size() ? index_->only_writers[server] : kNone;
}

BaselinePollIndex Baseline::poll_count() const noexcept {
  return static_cast<BaselinePollIndex>(index_->polls.size());
}
const BaselinePoll& Baseline::poll(BaselinePollIndex poll) const noexcept {
  return *index_->polls[poll].poll;
}
BaselineLinkIndex Baseline::link_of(BaselinePollIndex poll) const noexcept {
  return index_->polls[poll].link;
}
const BaselineZone& Baseline::zone_of(BaselinePollIndex poll) const noexcept {
  return *index_->polls[poll].zone;
}

BaselinePollIndex Baseline::find_poll(BaselineLinkIndex link, const PollQuery& wanted,
                                      BaselinePollIndex likely) const noexcept {
  const Index::Link& of = index_->links[link];
  const auto is = [&](BaselinePollIndex at) { return key(index_->polls[at].query) == key(wanted); };
  if (likely >= of.first_poll && likely < of.end_of_polls && is(likely)) {
    return likely;
  }
  const std::span polls{index_->polls};
  const auto own = polls.subspan(of.first_poll, of.end_of_polls - of.first_poll);
  const auto found = std::ranges::lower_bound(
      own, wanted, [](const PollQuery& a, const PollQuery& b) { return key(a) < key(b); },
      &Index::Poll::query);
  const auto at = static_cast<BaselinePollIndex>(of.first_poll + (found - own.begin()));
  return found != own.end() && is(at) ? at : kNone;
}

const BaselineFact* Baseline::fact(BaselineHostIndex host, std::uint32_t unit,
                                   Identity::Field field, std::string_view source) const noexcept {
  const std::tuple<BaselineHostIndex, std::uint32_t, Identity::Field, std::string_view> wanted{
      host, unit, field, source};
  const auto at = std::ranges::lower_bound(index_->facts, wanted, {}, &Index::Told::key);
  return at != index_->facts.end() && at->key() == wanted ? at->fact : nullptr;
}

std::vector<const BaselineCertificate*> Baseline::certificates(BaselineHostIndex host,
                                                               Protocol protocol,
                                                               std::string_view use) const {
  std::vector<const BaselineCertificate*> out;
  for (const BaselineZone& zone : index_->data.zones) {
    for (const BaselineCertificate& one : zone.certificates) {
      if (one.protocol == protocol && one.use == use && index_->by_place(one.host) == host) {
        out.push_back(&one);
      }
    }
  }
  return out;
}

}  // namespace prahari
