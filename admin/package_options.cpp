#include "admin/package_options.h"

#include <fmt/format.h>

#include <cstdio>

namespace claimcheck::admin {

void add_package_options(CLI::App& command, PackageOptions& given) {
  command.add_option("FILE", given.file, "a file on this machine")->required();
  command.add_option("--size", given.size, "how many bytes it should have, give or take 5 %");
  command.add_option("--contains", given.contains, "what must be a part of the name of one of its entries");
  command.add_option("--sha256", given.sha256, "the SHA-256 that it should have, in hexadecimal digits");
  command.add_flag("--delete-invalid", given.delete_invalid, "remove the file if it is not valid");
}

PackageExpectation expectation_of(const PackageOptions& given) {
  PackageExpectation expected{.size = given.size, .sha256 = given.sha256, .contains = given.contains};
  check(expected);
  return expected;
}

bool remove_invalid(const PackageFile& file, const PackageFault& fault) {
  if (fault.code == "file_not_readable") return false;
  if (file.remove()) return true;
  fmt::print(stderr, "warning: {} could not be removed; remove it yourself\n", file.path());
  return false;
}

}  // namespace claimcheck::admin
