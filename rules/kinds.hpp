// The public ids of all alert kinds, with their fixed names (detections.md). A kind may be
// ignored in a site file before this version has a detector for it.

#pragma once

#include <array>
#include <string_view>

namespace prahari {

struct AlertKind {
  std::string_view id;
  std::string_view title;
};

inline constexpr auto kAlertKinds = std::to_array<AlertKind>({
    {"conduit-violation", "Conduit violation"},
    {"program-download", "Program download to controller"},
    {"controller-mode-change", "Stop / start / mode change / reset"},
    {"new-asset", "New asset"},
    {"new-talker", "New talker to a controller"},
    {"new-operation", "New operation for a known pair"},
    {"write-outside-baseline", "Write outside learned targets or limits"},
    {"internet-exposure", "OT ↔ Internet"},
    {"remote-access", "Remote access into OT"},
    {"identity-change", "Firmware / hardware identity change"},
    {"opcua-insecure-session", "OPC UA insecure session"},
    {"opcua-certificate", "OPC UA certificate anomaly"},
    {"scan", "Scan"},
    {"address-conflict", "Address theft"},
    {"program-upload", "Program upload / configuration read"},
    {"probing", "Exception burst / function or point probing"},
    {"protocol-violation", "Malformed / protocol breach"},
    {"cleartext-credentials", "Cleartext / default credentials"},
    {"second-master", "Second master / ownership take-over"},
    {"device-silent", "Device or poll silent"},
    {"timing-change", "Timing / volume change"},
    {"network-config-change", "Network setting of a controller changed"},
    {"it-attack-in-ot", "IT attack inside OT"},
    {"alarm-suppression", "Wipe-out diagnostics and alarm suppression"},
    {"sensor-blind", "The sensor is blind"},
});

}  // namespace prahari
