#include "inventory/export_json.hpp"

#include "capture/time_text.hpp"
#include "dissectors/unit.hpp"
#include "inventory/conflict.hpp"
#include "inventory/json_writer.hpp"
#include "inventory/posture_book.hpp"

namespace prahari {
namespace {

// Writes one asset; the order of the members is that of the file.
class AssetLine {
 public:
  AssetLine(std::string& out, const AssetRecord& record, const ExportContext& context) noexcept
      : json_(out), record_(record), asset_(record.asset), context_(context) {}

  void write() {
    const AssetDecoration& site = record_.site;
    json_.begin_object();
    json_.key("id").text(asset_.id);
    json_.key("key").text(asset_.key);
    json_.key("name").text(shown_name(record_));
    json_.key("mac").text(asset_.mac.empty() ? std::string{} : to_string(asset_.mac));
    json_.key("nic_vendor").text(asset_.nic_vendor);
    json_.key("zone").text(site.zone);
    json_.key("criticality").text(site.criticality);
    json_.key("owner").text(site.owner);
    json_.key("location").text(site.location);
    json_.key("tags").texts(site.tags);
    write_level();
    write_roles();
    json_.key("values");
    write_values(Identity::kNoUnit);
    write_addresses();
    write_units();
    json_.key("protocols").texts(protocol_names(asset_.protocols));
    write_period(asset_.first_seen, asset_.last_seen);
    json_.key("first_packet");
    write_evidence(asset_.first_packet);
    json_.key("packets_sent").number(asset_.packets_sent);
    json_.key("packets_received").number(asset_.packets_received);
    json_.key("heard").boolean(asset_.sent);
    write_postures();
    write_io();
    write_facts();
    write_merges();
    json_.end_object();
  }

 private:
  void write_time(std::string_view key, Timestamp time) { json_.key(key).text(format_time(time)); }

  void write_period(Timestamp first, Timestamp last) {
    write_time("first_seen", first);
    write_time("last_seen", last);
  }

  void write_evidence(const PacketRef& packet) {
    json_.begin_object();
    json_.key("capture").text(capture_name(packet, context_));
    json_.key("frame").number(std::uint64_t{packet.frame});
    write_time("time", packet.time);
    json_.end_object();
  }

  void write_origin(const Fact& fact) {
    json_.key("source").text(fact.source);
    json_.key("confidence").number(std::uint64_t{fact.confidence});
    write_period(fact.first, fact.last);
    json_.key("count").number(std::uint64_t{fact.count});
    json_.key("evidence");
    write_evidence(fact.packet);
  }

  void write_level() {
    json_.key("level");
    const std::optional<float> level = shown_level(record_);
    if (!level) {
      json_.null();
    } else if (const int whole = static_cast<int>(*level); static_cast<float>(whole) == *level) {
      json_.number(std::int64_t{whole});
    } else {
      json_.number(static_cast<double>(*level));
    }
    json_.key("level_reason").text(shown_level_reason(record_));
  }

  void write_roles() {
    json_.key("roles").begin_array();
    for (const RoleReason& held : asset_.roles) {
      json_.begin_object();
      json_.key("role").text(to_string(held.role));
      json_.key("reason").text(held.reason);
      write_time("since", held.since);
      json_.end_object();
    }
    json_.end_array();
  }

  void write_values(std::uint32_t unit) {
    json_.begin_object();
    for (std::size_t i = 0; i < kIdentityFields; ++i) {
      const auto field = static_cast<Identity::Field>(i);
      const Judged judged = judge(asset_, field, context_.aliases, unit);
      const Chosen& chosen = judged.chosen;
      if (chosen.fact == nullptr) {
        continue;
      }
      json_.key(to_string(field)).begin_object();
      json_.key("value").text(chosen.value);
      if (chosen.value != chosen.fact->value) {
        json_.key("as_told").text(chosen.fact->value);
      }
      if (unit == Identity::kNoUnit && chosen.fact->unit != Identity::kNoUnit) {
        write_unit(chosen.fact->unit);
      }
      write_origin(*chosen.fact);
      json_.key("reason").text(judged.reason);
      if (!judged.rivals.empty()) {
        write_rivals(judged.rivals);
      }
      json_.end_object();
    }
    json_.end_object();
  }

  // What contradicts the value that was chosen.
  void write_rivals(const std::vector<const Fact*>& rivals) {
    json_.key("conflict").begin_array();
    for (const Fact* rival : rivals) {
      json_.begin_object();
      json_.key("value").text(rival->value);
      write_origin(*rival);
      json_.end_object();
    }
    json_.end_array();
  }

  void write_addresses() {
    json_.key("addresses").begin_array();
    for (const AddressUse& use : asset_.addresses) {
      json_.begin_object();
      json_.key("ip").text(to_string(use.ip));
      json_.key("vlan").begin_array();
      for (std::size_t i = 0; i < use.vlan.count; ++i) {
        json_.number(std::uint64_t{use.vlan.ids[i]});
      }
      json_.end_array();
      json_.key("confirmed").boolean(use.confirmed);
      write_period(use.first, use.last);
      if (use.tunnel != 0) {
        json_.key("tunnel").number(std::uint64_t{use.tunnel});
      }
      json_.end_object();
    }
    json_.end_array();
  }

  void write_units() {
    json_.key("units").begin_array();
    for (const Unit& unit : asset_.units) {
      json_.begin_object();
      write_unit(unit.id);
      json_.key("requests").number(unit.requests);
      json_.key("responses").number(unit.responses);
      json_.key("exceptions").number(unit.exceptions);
      write_period(unit.first, unit.last);
      json_.key("values");
      write_values(unit.id);
      json_.end_object();
    }
    json_.end_array();
  }

  // A Modbus unit by its number, a slot of a chassis by its own.
  void write_unit(std::uint32_t unit) {
    if (is_slot(unit)) {
      json_.key("slot").number(std::uint64_t{unit - kSlotUnits});
    } else if (is_route(unit)) {
      json_.key("module").text(unit_words(unit));
    } else {
      json_.key("unit").number(std::uint64_t{unit});
    }
  }

  void write_postures() {
    json_.key("posture").begin_array();
    for (const PostureFact& fact : asset_.postures) {
      json_.begin_object();
      json_.key("as").text(fact.as_client ? "client" : "server");
      json_.key("protocol").text(to_string(fact.protocol));
      json_.key("port").number(std::uint64_t{fact.port});
      json_.key("aspect").text(to_string(fact.aspect));
      json_.key("what").text(fact.what);
      json_.key("text").text(fact.text);
      json_.key("flaws").texts(flaw_names(fact.flaws));
      if (!fact.thumbprint.empty()) {
        json_.key("sha1").text(fact.thumbprint);
      }
      json_.key("count").number(std::uint64_t{fact.count});
      write_period(fact.first, fact.last);
      json_.key("evidence");
      write_evidence(fact.packet);
      json_.end_object();
    }
    json_.end_array();
  }

  void write_io() {
    json_.key("io_connections").begin_array();
    for (const IoConnection& io : record_.io) {
      json_.begin_object();
      json_.key("as");
      io.sides_known ? json_.text(io.originator == asset_.id ? "originator" : "target")
                     : json_.null();
      write_end("originator", io.originator, io.originator_ip);
      write_end("target", io.target, io.target_ip);
      json_.key("opening_seen").boolean(io.opened);
      json_.key("closed").boolean(io.closed);
      if (io.opened) {
        json_.key("use").text(to_string(io.use));
        json_.key("class").number(std::uint64_t{io.transport_class});
        json_.key("serial").number(std::uint64_t{io.serial});
        json_.key("vendor").number(std::uint64_t{io.vendor});
        json_.key("originator_serial").number(std::uint64_t{io.originator_serial});
        if (io.unit != Identity::kNoUnit) {
          write_unit(io.unit);
        }
      }
      write_half("outputs", io.outputs);
      write_half("inputs", io.inputs);
      write_period(io.first, io.last);
      json_.key("evidence");
      write_evidence(io.packet);
      json_.end_object();
    }
    json_.end_array();
  }

  void write_end(std::string_view name, const std::string& asset, const IpAddress& ip) {
    json_.key(name).begin_object();
    json_.key("asset").text(asset);
    json_.key("ip").text(ip.empty() ? std::string{} : to_string(ip));
    json_.end_object();
  }

  void write_half(std::string_view name, const IoHalf& half) {
    json_.key(name);
    if (!half.known()) {
      json_.null();
      return;
    }
    json_.begin_object();
    json_.key("id").number(std::uint64_t{half.id});
    json_.key("multicast").boolean(half.multicast);
    if (!half.group.empty()) {
      json_.key("group").text(to_string(half.group));
    }
    if (half.agreed_us != 0) {
      json_.key("size").number(std::uint64_t{half.size});
      json_.key("requested_us").number(std::uint64_t{half.requested_us});
      json_.key("agreed_us").number(std::uint64_t{half.agreed_us});
    }
    json_.key("packets").number(half.packets);
    if (half.packets != 0) {
      json_.key("data_size").number(std::uint64_t{half.data_size});
      json_.key("measured_us");
      const std::optional<std::uint64_t> measured = half.measured_us();
      measured ? json_.number(*measured) : json_.null();
      json_.key("lost").number(half.lost);
      json_.key("repeated").number(half.repeated);
      if (half.run != Production::Run::unknown) {
        json_.key("run").text(to_string(half.run));
      }
      write_period(half.first, half.last);
    }
    json_.end_object();
  }

  // What is one device with it, and what nearly was taken for it; each with the reason.
  void write_merges() {
    for (const bool apart : {false, true}) {
      json_.key(apart ? "not_merged" : "merged").begin_array();
      for (const MergeNote& note : record_.merged) {
        if (note.apart == apart) {
          write_merge(note);
        }
      }
      json_.end_array();
    }
  }

  void write_merge(const MergeNote& note) {
    json_.begin_object();
    json_.key("id").text(note.part);
    json_.key("key").text(note.key);
    json_.key("mac").text(note.mac.empty() ? std::string{} : to_string(note.mac));
    json_.key("nic_vendor").text(note.nic_vendor);
    json_.key("reason").text(note.reason);
    if (note.who.empty()) {
      json_.key("evidence");
      write_evidence(note.packet);
    } else {
      json_.key("by").text(note.who);
      write_time("time", note.time);
    }
    json_.end_object();
  }

  void write_facts() {
    json_.key("facts").begin_array();
    if (!asset_.nic_vendor.empty()) {
      Fact oui;
      oui.confidence = 50;  // identification.md section 2
      oui.count = 1;
      oui.source = "OUI";
      oui.first = asset_.first_seen;
      oui.last = asset_.last_seen;
      oui.packet = asset_.first_packet;
      json_.begin_object();
      json_.key("field").text("nic_vendor");
      json_.key("value").text(asset_.nic_vendor);
      write_origin(oui);
      json_.end_object();
    }
    const std::vector<FactMark> marks = mark_facts(asset_, context_.aliases);
    for (std::size_t i = 0; i < asset_.facts.size(); ++i) {
      const Fact& known = asset_.facts[i];
      json_.begin_object();
      json_.key("field").text(to_string(known.field));
      json_.key("value").text(known.value);
      if (known.unit != Identity::kNoUnit) {
        write_unit(known.unit);
      }
      write_origin(known);
      json_.key("chosen").boolean(marks[i].chosen);
      if (marks[i].conflict) {
        json_.key("conflict").text(marks[i].against);
      }
      json_.end_object();
    }
    json_.end_array();
  }

  JsonWriter json_;
  const AssetRecord& record_;
  const Asset& asset_;
  const ExportContext& context_;
};

}  // namespace

std::string asset_json(const AssetRecord& record, const ExportContext& context) {
  std::string out;
  AssetLine{out, record, context}.write();
  return out;
}

AssetJson::AssetJson(std::ostream& out, const ExportContext& context)
    : out_(out), context_(context) {
  out_ << R"({"schema":"prahari.assets/1","assets":[)";
}

void AssetJson::write(const AssetRecord& record) {
  line_.clear();
  AssetLine{line_, record, context_}.write();
  out_ << (first_ ? "\n" : ",\n") << line_;
  first_ = false;
}

void AssetJson::finish() { out_ << "\n]}\n"; }

}  // namespace prahari
