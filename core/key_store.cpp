#include "core/key_store.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "core/error.h"
#include "core/file_path.h"

namespace claimcheck {
namespace {

constexpr std::string_view storage_word = "storage:";

std::optional<Scope> parse_scope(std::string_view word) {
  for (const Scope scope : {Scope::issue, Scope::read, Scope::manage, Scope::privacy, Scope::metrics})
    if (word == to_string(scope)) return scope;
  return std::nullopt;
}

template <class Value>
void add_once(std::vector<Value>& values, Value value) {
  if (std::ranges::find(values, value) == values.end()) values.push_back(std::move(value));
}

}  // namespace

const char* to_string(Scope scope) {
  switch (scope) {
    case Scope::issue:
      return "issue";
    case Scope::read:
      return "read";
    case Scope::manage:
      return "manage";
    case Scope::privacy:
      return "privacy";
    case Scope::metrics:
      return "metrics";
  }
  return "";
}

std::string storage_scope(std::string_view storage) {
  return std::string{storage_word} + std::string{storage};
}

bool grant(ApiKey& key, std::string_view word) {
  if (const auto scope = parse_scope(word)) {
    add_once(key.scopes, *scope);
    return true;
  }
  if (!word.starts_with(storage_word) || word.size() == storage_word.size()) return false;
  add_once(key.storages, std::string{word.substr(storage_word.size())});
  return true;
}

std::vector<std::string> scope_words(const ApiKey& key) {
  std::vector<std::string> words;
  words.reserve(key.scopes.size() + key.storages.size());
  for (const Scope scope : key.scopes) words.emplace_back(to_string(scope));
  for (const std::string& storage : key.storages) words.push_back(storage_scope(storage));
  return words;
}

std::vector<std::string> scopes_beyond(const ApiKey& key, const ApiKey& other) {
  const std::vector<std::string> had = scope_words(other);
  std::vector<std::string> beyond;
  std::ranges::copy_if(scope_words(key), std::back_inserter(beyond),
                       [&](const std::string& word) { return std::ranges::find(had, word) == had.end(); });
  return beyond;
}

NewKey make_key(const std::string& name, const std::vector<std::string>& words, Time now, const Random& random) {
  require(!name.empty() && name.size() <= longest_key_name && is_utf8(name) && !has_control_octet(name), "name",
          "A key needs a name of at most 255 bytes, without control characters.");
  require(!words.empty(), "scopes", "A key needs at least one scope.");
  const Secret text = Secret::make(random);
  ApiKey key{.id = make_uuid(to_unix(now) * 1000, random), .name = name, .digest = text.digest(), .created_at = now};
  for (const std::string& word : words)
    if (!grant(key, word))
      throw bad_value("scopes", "Scopes are issue, read, manage, privacy, metrics and storage:NAME, not " + word + ".");
  require(fmt::format("{}", fmt::join(scope_words(key), " ")).size() <= longest_scopes, "scopes",
          "These are too many storages for one key; make several.");
  return {.key = std::move(key), .text = text};
}

}  // namespace claimcheck