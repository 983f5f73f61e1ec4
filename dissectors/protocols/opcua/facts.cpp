// What a message tells about the applications at both ends (identification.md, OPC UA rows).

#include <string>

#include "dissectors/printable.hpp"
#include "dissectors/protocols/opcua/products.hpp"
#include "dissectors/protocols/opcua/say.hpp"
#include "dissectors/protocols/opcua/status_codes.hpp"

namespace prahari::opcua {
namespace {

using Fact = Identity::Field;

constexpr std::uint8_t kOfDescription = 85;
constexpr std::uint8_t kOfWords = 70;  // by words inside a URI
constexpr std::size_t kLongest = 256;
constexpr std::uint32_t kDiscoveryServer = 3;
constexpr std::string_view kDescription = "OPC UA application description";
constexpr std::string_view kValue = "OPC UA value";
constexpr std::string_view kSession = "OPC UA session";

// Text made fit to show lies here during the call; used again, so it costs no heap.
std::string& scratch() {
  static thread_local std::string one;
  return one;
}

void tell(Fact field, std::uint8_t confidence, bool of_sender, std::string_view source,
          std::string_view prefix, std::string_view value, Emitter& out) {
  if (value.empty()) {
    return;
  }
  std::string& text = scratch();
  text.assign(prefix);
  append_printable(text, value, kLongest - prefix.size());
  out.identity({.field = field,
                .confidence = confidence,
                .of_sender = of_sender,
                .unit = Identity::kNoUnit,
                .source = source,
                .value = text});
}

void tell_application(const Application& application, bool of_sender, Emitter& out) {
  const auto fact = [&](Fact field, std::uint8_t confidence, std::string_view value) {
    tell(field, confidence, of_sender, kDescription, {}, value, out);
  };
  fact(Fact::application, kOfDescription, application.name);
  fact(Fact::application_uri, kOfDescription, application.uri);
  fact(Fact::product_uri, kOfDescription, application.product_uri);
  for (const std::string_view url : application.urls.all()) {
    fact(Fact::url, kOfDescription, url);
  }
  for (const std::string_view text : {application.product_uri, application.uri, application.name}) {
    if (const Product* product = find_product(text)) {
      fact(Fact::vendor, kOfWords, product->vendor);
      fact(Fact::product, kOfWords, product->product);
      return;
    }
  }
}

// A discovery server lists others, who are elsewhere: only what it says of itself is its own.
void tell_found(const Reading& read, Emitter& out) {
  const auto all = read.applications.all();
  for (const Application& application : all) {
    if (all.size() == 1 || application.type == kDiscoveryServer) {
      tell_application(application, true, out);
    }
  }
}

void tell_endpoints(const Reading& read, Emitter& out) {
  std::string_view before;
  std::string_view url;
  for (const Endpoint& endpoint : read.endpoints.all()) {
    if (endpoint.application.uri != before || before.empty()) {
      before = endpoint.application.uri;
      tell_application(endpoint.application, true, out);
    }
    if (endpoint.url != url) {
      url = endpoint.url;
      tell(Fact::url, kOfDescription, true, "OPC UA endpoint", {}, url, out);
    }
  }
}

void tell_values(const Reading& read, Emitter& out) {
  for (const Told& fact : read.told.all()) {
    if (fact.field == Fact::namespaces) {
      tell(fact.field, fact.confidence, true, kValue, std::to_string(fact.index) + " ", fact.text,
           out);
    } else {
      tell(fact.field, fact.confidence, true, kValue, {}, fact.text, out);
    }
  }
}

}  // namespace

void emit_facts(const Spoken& spoken, Emitter& out) {
  const Reading& read = spoken.reading;
  switch (spoken.service.request) {
    case service::kFindServers:
      return tell_found(read, out);
    case service::kRegisterServer:
    case service::kRegisterServer2:
    case service::kCreateSession:
      if (!spoken.response) {
        for (const Application& application : read.applications.all()) {
          tell_application(application, true, out);
        }
        tell(Fact::session, kOfDescription, true, kSession, {}, read.session_name, out);
        return;
      }
      return tell_endpoints(read, out);
    case service::kGetEndpoints:
      return tell_endpoints(read, out);
    case service::kActivateSession:
      if (spoken.response && spoken.request != nullptr && !bad(read.result.value_or(0))) {
        tell(Fact::user, kOfDescription, false, kSession, {}, spoken.request->user, out);
      }
      return;
    case service::kRead:
      return spoken.response ? tell_values(read, out) : void();
    default:
      return;
  }
}

}  // namespace prahari::opcua
