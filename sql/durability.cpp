#include "sql/durability.h"

#include "sql/row.h"
#include "sql/statements.h"

namespace claimcheck::sql {

bool is_durable(Database& database, const Target& target) {
  if (target.kind == Target::Kind::sqlite) return true;
  return Columns{database.query(statements::durability).front()}.number() == 1;
}

}  // namespace claimcheck::sql
