#include "admin/test_key.h"

#include "core/error.h"

namespace claimcheck::admin {
namespace {

const std::string name = "claimcheck doctor";
/// No run takes so long.
constexpr seconds forgotten{3600};

}  // namespace

TestKey::TestKey(KeyStore& keys, Time now, const Random& random)
    : keys_(keys), now_(now), secret_(Secret::make(random)), id_(make_uuid(to_unix(now) * 1000, random)) {
  for (const ApiKey& key : keys.list())
    if (key.name == name && !key.revoked_at && now - key.created_at > forgotten) keys.revoke(key.id, now);
  keys.add({.id = id_, .name = name, .digest = secret_.digest(), .scopes = {Scope::manage}, .created_at = now});
}

TestKey::~TestKey() {
  try {
    keys_.revoke(id_, now_);
  } catch (const Error&) {
    return;  // its text goes with us; the next run withdraws the rest
  }
}

}  // namespace claimcheck::admin
