#include "core/grouped_store.h"

#include <algorithm>
#include <memory>
#include <set>
#include <span>
#include <string_view>
#include <utility>

namespace claimcheck {
namespace {

/// Looks several tokens up; each answer is that of the key in its place, and two may ask for the same.
template <class Key>
std::vector<std::optional<Token>> find_each(TokenBatches& batches, std::span<const Key> keys, Key Token::* key) {
  std::vector<Key> different{keys.begin(), keys.end()};
  std::ranges::sort(different);
  different.erase(std::ranges::unique(different).begin(), different.end());
  std::vector<Token> tokens = batches.find(std::span<const Key>{different});
  const bool asked_once = different.size() == keys.size();
  std::vector<std::optional<Token>> found;
  found.reserve(keys.size());
  for (const Key& each : keys) {
    const auto token = std::ranges::find(tokens, each, key);
    if (token == tokens.end())
      found.emplace_back();
    else if (asked_once)
      found.emplace_back(std::move(*token));
    else
      found.emplace_back(*token);
  }
  return found;
}

}  // namespace

std::optional<Token> GroupedTokenStore::find(const Digest& digest) {
  return group_.by_digest.ask(digest, [this](std::span<const Digest> digests) {
    if (digests.size() == 1) return std::vector{store_.find(digests.front())};
    return find_each(batches_, digests, &Token::digest);
  });
}

std::optional<Token> GroupedTokenStore::find(const TokenId& id) {
  return group_.by_id.ask(id, [this](std::span<const TokenId> ids) {
    if (ids.size() == 1) return std::vector{store_.find(ids.front())};
    return find_each(batches_, ids, &Token::id);
  });
}

bool GroupedTokenStore::replace_uses(const Token& token) {
  return group_.writes.ask(&token, [this](auto tokens) { return write(tokens); });
}

void GroupedTokenStore::replace_uses_soon(Token token, Told told) {
  const auto kept = std::make_shared<const Token>(std::move(token));
  group_.writes.leave(
      kept.get(), [this](auto tokens) { return write(tokens); },
      [kept, told = std::move(told)](const auto& written) { told(written); });
}

std::vector<bool> GroupedTokenStore::write(std::span<const Token* const> tokens) {
  if (tokens.size() == 1) return {store_.replace_uses(*tokens.front())};
  // Of those that would change the same token the first may try: the others were decided on what it is about to change.
  std::vector<const Token*> different;
  std::set<std::string_view> seen;
  std::vector<bool> first;
  for (const Token* each : tokens) {
    first.push_back(seen.insert(each->id.text).second);
    if (first.back()) different.push_back(each);
  }
  const bool written = different.size() == 1 ? store_.replace_uses(*different.front()) : batches_.replace_uses(different);
  if (!written) first.assign(first.size(), false);
  return first;
}

}  // namespace claimcheck
