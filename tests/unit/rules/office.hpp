// Events of office protocols for the scene: what their dissectors say.

#pragma once

#include "scene.hpp"

namespace prahari::test {

inline Event envelope(Scene& scene, const Talk& talk, Protocol protocol, Kind kind,
                      std::string_view name, std::string_view text = {}) {
  Event made = scene.message(talk, kind, {});
  made.protocol = protocol;
  made.message.envelope = true;
  made.message.name = name;
  made.message.table = {};
  made.message.count = 0;
  made.message.unit = 0;
  made.from_client = kind == Kind::request || kind == Kind::oneway;
  made.text = text;
  return made;
}

// Question and answer of an office protocol.
inline void office(Scene& scene, const Talk& talk, Protocol protocol, std::string_view name,
                   std::string_view text = {}) {
  scene.send(envelope(scene, talk, protocol, Kind::request, name, text));
  scene.send(envelope(scene, talk, protocol, Kind::response, name));
}

inline void posture(Scene& scene, const Talk& talk, Protocol protocol, Posture::Aspect aspect,
                    std::string_view what, std::string_view text, std::uint32_t flaws) {
  Event made = scene.event(talk, EventKind::posture, protocol);
  made.text = text;
  made.posture = {};
  made.posture.aspect = aspect;
  made.posture.what = what;
  made.posture.flaws = flaws;
  scene.send(made);
}

// Somebody polls it: a controller by what it does.
inline void poll(Scene& scene, std::string_view server, std::string_view client = "10.1.0.200") {
  scene.exchange(scene.talk(client, server));
}

inline void close(Scene& scene, const Talk& talk, std::uint64_t sent = 9, std::uint64_t got = 9) {
  scene.flow(talk, FlowStage::closed, sent, got);
}

// ARP: `mac` says that it has `address`; `operation` 2 is an answer.
inline void claim(Scene& scene, std::string_view address, std::string_view station,
                  std::uint16_t operation = 2, std::string_view asker = "10.1.0.200") {
  Event made;
  made.kind = EventKind::host;
  made.packet = scene.packet();
  made.client = {ip(address), mac(station), 0};
  made.server = {ip(asker), Scene::station(asker), 0};
  made.host = {0x0806, operation, false};
  scene.send(made);
}

// DHCP or DCP: this station has this address.
inline void given(Scene& scene, std::string_view address, std::string_view station) {
  Event made;
  made.kind = EventKind::host;
  made.packet = scene.packet();
  made.client = {ip(address), mac(station), 0};
  made.host = {0, 0, true};
  scene.send(made);
}

inline void after(Scene& scene, double seconds) {
  scene.now += std::chrono::nanoseconds{static_cast<std::int64_t>(seconds * 1e9)};
}

}  // namespace prahari::test
