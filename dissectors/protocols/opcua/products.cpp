#include "dissectors/protocols/opcua/products.hpp"

#include <algorithm>
#include <array>

namespace prahari::opcua {
namespace {

// The first that is found counts: the more telling words come first.
constexpr auto kProducts = std::to_array<Product>({
    {"SIMATIC.S7-1500", "Siemens", "SIMATIC S7-1500"},
    {"SIMATIC.S7-1200", "Siemens", "SIMATIC S7-1200"},
    {"WinCC", "Siemens", "WinCC"},
    {"Sinumerik", "Siemens", "SINUMERIK"},
    {"SIMATIC", "Siemens", ""},
    {"Siemens", "Siemens", ""},
    {"KEPServerEX", "PTC", "KEPServerEX"},
    {"Kepware", "PTC", "Kepware"},
    {"UaExpert", "Unified Automation", "UaExpert"},
    {"UnifiedAutomation", "Unified Automation", ""},
    {"TcOpcUaServer", "Beckhoff", "TwinCAT OPC UA Server"},
    {"Beckhoff", "Beckhoff", ""},
    {"CODESYS", "CODESYS", "CODESYS runtime"},
    {"br-automation", "B&R", ""},
    {"B&R", "B&R", ""},
    {"ctrlX", "Bosch Rexroth", "ctrlX"},
    {"BoschRexroth", "Bosch Rexroth", ""},
    {"PLCnext", "Phoenix Contact", "PLCnext"},
    {"PhoenixContact", "Phoenix Contact", ""},
    {"prosysopc", "Prosys", ""},
    {"Prosys", "Prosys", ""},
    {"Ignition", "Inductive Automation", "Ignition"},
    {"inductiveautomation", "Inductive Automation", ""},
    {"Matrikon", "Matrikon", ""},
    {"dataFEED", "Softing", "dataFEED"},
    {"Softing", "Softing", ""},
    {"WAGO", "WAGO", ""},
    {"wago", "WAGO", ""},
    {"Omron", "Omron", ""},
    {"OMRON", "Omron", ""},
    {"MELSEC", "Mitsubishi Electric", "MELSEC"},
    {"Mitsubishi", "Mitsubishi Electric", ""},
    {"FactoryTalk", "Rockwell Automation", "FactoryTalk"},
    {"Rockwell", "Rockwell Automation", ""},
    {"Wonderware", "AVEVA", ""},
    {"AVEVA", "AVEVA", ""},
    {"Honeywell", "Honeywell", ""},
    {"Freelance", "ABB", "Freelance"},
    {"AC500", "ABB", "AC500"},
    {"KUKA", "KUKA", ""},
    {"UALDS", "OPC Foundation", "Local Discovery Server"},
    {"open62541", "open62541", "open62541"},
    {"NodeOPCUA", "Sterfive", "node-opcua"},
    {"node-opcua", "Sterfive", "node-opcua"},
    {"FreeOpcUa", "FreeOpcUa", "FreeOpcUa"},
    {"freeopcua", "FreeOpcUa", "FreeOpcUa"},
    {"python-opcua", "FreeOpcUa", "python-opcua"},
    {"eclipse:milo", "Eclipse", "Milo"},
    {"OPCFoundation", "OPC Foundation", ""},
});

}  // namespace

const Product* find_product(std::string_view text) noexcept {
  const auto* found = std::ranges::find_if(kProducts, [text](const Product& product) {
    return text.find(product.word) != std::string_view::npos;
  });
  return found == kProducts.end() ? nullptr : found;
}

}  // namespace prahari::opcua
