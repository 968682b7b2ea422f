#include "admin/package_advice.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <set>

#include "files/package/zip_flaw.h"
#include "tests/support/process.h"

namespace claimcheck {
namespace {

using files::ZipFlaw;

std::vector<files::ZipFlawTerms> all_flaws() {
  std::vector<files::ZipFlawTerms> all;
  for (int flaw = 0; flaw <= static_cast<int>(ZipFlaw::bad_crc); ++flaw)
    all.push_back(files::terms_of(static_cast<ZipFlaw>(flaw)));
  return all;
}

PackageFault fault_of(const files::ZipFlawTerms& terms) {
  return {.code = std::string{terms.code},
          .message = std::string{terms.message},
          .data = {{"reason", std::string{terms.name}}, {"entry", "a/b"}}};
}

TEST(PackageAdvice, EveryReasonHasAMeaningOfItsOwnAndIsInTheDocumentation) {
  const std::string page = test::read_file(std::filesystem::path{CLAIMCHECK_SOURCE_DIR} / "docs/validation.md");
  std::set<std::string_view> meanings;
  for (const files::ZipFlawTerms& terms : all_flaws()) {
    SCOPED_TRACE(terms.name);
    EXPECT_TRUE(meanings.insert(admin::advice_on(fault_of(terms)).meaning).second);
    EXPECT_NE(page.find(fmt::format("| `{}` | `{}` |", terms.name, terms.code)), std::string::npos);
    EXPECT_NE(page.find(fmt::format("| `{}` | {} |", terms.code, terms.message)), std::string::npos);
  }
}

TEST(PackageAdvice, APersonIsToldWhatIsWrongWhereAndWhatToDo) {
  const std::string told = admin::tell_fault(fault_of(files::terms_of(ZipFlaw::bad_crc)), "p.zip");
  for (const char* part :
       {"p.zip is not valid: the bytes of an entry", "Entry: a/b", "[invalid_zip_format, bad_crc]", "What to do: "})
    EXPECT_NE(told.find(part), std::string::npos) << part;
  EXPECT_NE(admin::tell_fault(file_not_found("p"), "p").find("there is no such file"), std::string::npos);
}

}  // namespace
}  // namespace claimcheck
