#include "rules/site_include.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <map>
#include <system_error>
#include <unordered_map>

#include "rules/wording.hpp"

namespace prahari {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kLargestFile = std::size_t{16} * 1024 * 1024;
constexpr std::string_view kInclude = "include";

class DocumentReader {
 public:
  DocumentReader(const ReadInclude& read, Mistakes& mistakes) : read_(read), mistakes_(mistakes) {}

  std::optional<Node> run(std::string_view toml) {
    std::optional<Node> root = parse(toml, 0);
    if (!root) {
      return std::nullopt;
    }
    root_.kind = Node::Kind::table;
    root_.place = root->place;
    add(std::move(*root), 0);
    return std::move(root_);
  }

 private:
  std::optional<Node> parse(std::string_view toml, std::uint16_t file) {
    auto parsed = parse_toml(toml, file);
    if (const auto* syntax = std::get_if<SyntaxMistake>(&parsed)) {
      mistakes_.add(
          syntax->place, "",
          "not TOML: " + syntax->text + "; mend this first, what follows was not looked at");
      return std::nullopt;
    }
    return std::get<Node>(std::move(parsed));
  }

  // What the file includes, then what it says itself.
  void add(Node file, std::size_t depth) {
    if (const Node* list = file.find(kInclude)) {
      include_all(*list, depth);
    }
    for (std::size_t i = 0; i < file.names.size(); ++i) {
      if (file.names[i] != kInclude) {
        merge(std::move(file.names[i]), std::move(file.items[i]), file.keys[i]);
      }
    }
  }

  void include_all(const Node& list, std::size_t depth) {
    if (list.kind != Node::Kind::array) {
      mistakes_.add(list.place, kInclude,
                    "expected a list such as [\"zones.toml\"], found " + list.describe());
      return;
    }
    for (std::size_t i = 0; i < list.items.size(); ++i) {
      const Node& item = list.items[i];
      const std::string key = std::string{kInclude} + '[' + std::to_string(i) + ']';
      if (item.kind != Node::Kind::text || item.text.empty() || printable(item.text) != item.text) {
        mistakes_.add(item.place, key, "expected the name of a file, found " + item.describe());
        continue;
      }
      include(item, key, depth + 1);
    }
  }

  void include(const Node& item, const std::string& key, std::size_t depth) {
    if (!read_) {
      mistakes_.add(item.place, key, "nothing can be included here; write it into one file");
      return;
    }
    if (depth > kDeepestInclude) {
      mistakes_.add(item.place, key,
                    "included " + std::to_string(depth) + " levels deep, expected at most " +
                        std::to_string(kDeepestInclude));
      return;
    }
    if (mistakes_.files().size() > kMostIncludes) {
      mistakes_.add(item.place, key,
                    "expected at most " + std::to_string(kMostIncludes) + " included files");
      return;
    }
    const std::string from = mistakes_.files()[item.place.file];
    const Result<IncludedFile> found = read_(from, item.text);
    if (!found) {
      mistakes_.add(item.place, key, found.error().message);
      return;
    }
    const auto [first, fresh] = seen_.try_emplace(found->identity, item.place);
    if (!fresh) {
      mistakes_.add(item.place, key,
                    in_quotes(item.text) + " is already included in " +
                        mistakes_.line_words(first->second, item.place.file) + "; include it once");
      return;
    }
    bytes_ += found->text.size();
    if (bytes_ > kLargestFile) {
      mistakes_.add(item.place, key, "all included files together are larger than 16 MiB");
      return;
    }
    if (auto root = parse(found->text, mistakes_.add_file(found->name))) {
      add(std::move(*root), depth);
    }
  }

  // Lists of tables are one list; any other section may stand once.
  void merge(std::string name, Node value, const Place& key) {
    const auto [known, fresh] = places_.try_emplace(name, root_.names.size());
    if (fresh) {
      root_.names.push_back(std::move(name));
      root_.items.push_back(std::move(value));
      root_.keys.push_back(key);
      return;
    }
    Node& before = root_.items[known->second];
    if (before.kind == Node::Kind::array && value.kind == Node::Kind::array) {
      std::ranges::move(value.items, std::back_inserter(before.items));
      return;
    }
    const bool list = before.kind == Node::Kind::array || value.kind == Node::Kind::array;
    mistakes_.add(key, name,
                  list ? "expected [[" + name + "]] (with two brackets) in every file"
                       : "already in " + mistakes_.line_words(root_.keys[known->second], key.file) +
                             "; it stands once, in one of the files");
  }

  const ReadInclude& read_;
  Mistakes& mistakes_;
  Node root_;
  std::unordered_map<std::string, std::size_t> places_;  // of sections in the root
  std::map<std::string, Place> seen_;
  std::size_t bytes_ = 0;
};

// Both as the disk knows them, without links.
bool lies_below(const fs::path& folder, const fs::path& file) {
  const auto [end, rest] = std::ranges::mismatch(folder, file);
  static_cast<void>(rest);
  return end == folder.end();
}

}  // namespace

std::optional<Node> read_document(std::string_view toml, const ReadInclude& read,
                                  Mistakes& mistakes) {
  return DocumentReader{read, mistakes}.run(toml);
}

Result<std::string> read_text_file(const fs::path& file) {
  std::error_code failed;
  const auto status = fs::status(file, failed);
  if (!fs::exists(status)) {
    return Error{"no such file; check the name given to --site", Error::Kind::input};
  }
  if (fs::is_directory(status)) {
    return Error{"it is a folder; name the file in it", Error::Kind::input};
  }
  std::ifstream in{file, std::ios::binary};
  if (!in) {
    return Error{
        std::make_error_code(std::errc::permission_denied).message() + "; let this user read it",
        Error::Kind::environment};
  }
  std::string text;
  std::array<char, 65'536> block{};
  while (in.read(block.data(), block.size()) || in.gcount() > 0) {
    text.append(block.data(), static_cast<std::size_t>(in.gcount()));
    if (text.size() > kLargestFile) {
      return Error{"larger than 16 MiB, so hardly a site file", Error::Kind::input};
    }
  }
  return text;
}

Result<IncludedFile> FolderIncludes::read(const std::string& from, const std::string& name) const {
  const fs::path wanted{name};
  if (wanted.is_absolute()) {
    return Error{"expected a name relative to this file, found " + in_quotes(name),
                 Error::Kind::input};
  }
  const fs::path path = (fs::path{from}.parent_path() / wanted).lexically_normal();
  std::error_code failed;
  const fs::path real = fs::canonical(path, failed);
  if (failed) {
    return Error{in_quotes(name) + ": " + failed.message() + "; expected a file at " +
                     printable(path.string()),
                 Error::Kind::input};
  }
  const fs::path site = fs::canonical(site_file_, failed);
  if (failed || !lies_below(site.parent_path(), real)) {
    return Error{in_quotes(name) + " lies outside the folder of the site file; move it there",
                 Error::Kind::input};
  }
  if (real == site) {
    return Error{in_quotes(name) + " is the site file itself; leave it out", Error::Kind::input};
  }
  if (!fs::is_regular_file(real, failed)) {
    return Error{in_quotes(name) + " is no file", Error::Kind::input};
  }
  auto text = read_text_file(real);
  if (!text) {
    return Error{in_quotes(name) + ": " + text.error().message, Error::Kind::input};
  }
  return IncludedFile{path.string(), real.string(), std::move(*text)};
}

}  // namespace prahari
