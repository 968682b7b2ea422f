#include "core/grouped_store.h"

#include <algorithm>
#include <set>
#include <span>

namespace claimcheck {
namespace {

/// Looks several tokens up; each answer is that of the key in its place, and two may ask for the same.
template <class Key>
std::vector<std::optional<Token>> find_each(TokenBatches& batches, std::span<const Key> keys, Key Token::* key) {
  std::vector<Key> different{keys.begin(), keys.end()};
  std::ranges::sort(different);
  different.erase(std::ranges::unique(different).begin(), different.end());
  const std::vector<Token> tokens = batches.find(std::span<const Key>{different});
  std::vector<std::optional<Token>> found;
  found.reserve(keys.size());
  for (const Key& each : keys) {
    const auto token = std::ranges::find(tokens, each, key);
    found.push_back(token == tokens.end() ? std::nullopt : std::optional{*token});
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
  return group_.writes.ask(token, [this](std::span<const Token> tokens) {
    if (tokens.size() == 1) return std::vector{store_.replace_uses(tokens.front())};
    // Of those that would change the same token the first may try: the others were decided on what it is about to change.
    std::vector<Token> different;
    std::set<TokenId> seen;
    std::vector<bool> first;
    for (const Token& each : tokens) {
      first.push_back(seen.insert(each.id).second);
      if (first.back()) different.push_back(each);
    }
    const bool written = different.size() == 1 ? store_.replace_uses(different.front()) : batches_.replace_uses(different);
    if (!written) first.assign(first.size(), false);
    return first;
  });
}

}  // namespace claimcheck
