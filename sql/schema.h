#pragma once

#include <string_view>
#include <vector>

namespace claimcheck::sql {

/// One file of sql/schema/, part of the binary since it was built.
struct SchemaFile {
  std::string_view name;  ///< "0001_meta"
  std::string_view text;  ///< one DDL statement
};

/// All of them, in the order in which they are applied.
const std::vector<SchemaFile>& schema_files();

}  // namespace claimcheck::sql
