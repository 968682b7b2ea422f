#include "checks/sql_check.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "checks/verdict.h"
#include "core/named_query.h"

namespace claimcheck::checks {
namespace {

struct OwnName {
  const char* name;
  std::string CheckSubject::* member;
};

constexpr OwnName own_names[] = {{"email", &CheckSubject::email},       {"file", &CheckSubject::file},
                                 {"filename", &CheckSubject::filename}, {"token", &CheckSubject::token},
                                 {"policy", &CheckSubject::policy},     {"storage", &CheckSubject::storage}};

const OwnName* find_own(const std::string& name) {
  const auto* found = std::ranges::find_if(own_names, [&](const OwnName& own) { return name == own.name; });
  return found == std::end(own_names) ? nullptr : found;
}

class SqlCheck final : public Check {
 public:
  SqlCheck(const CheckSettings& settings, std::unique_ptr<Question> question)
      : settings_(settings), query_(parse_query(settings.query)), question_(std::move(question)) {}

  std::optional<Refusal> refusal(const CheckSubject& subject) override {
    const auto values = values_of(subject);
    return verdict(values ? question_->ask(query_, *values) : Truth::no, settings_, Errc::not_ready);
  }

  std::vector<std::string> needed_facts() const override {
    std::vector<std::string> facts;
    for (const std::string& name : query_.names)
      if (find_own(name) == nullptr && std::ranges::find(facts, name) == facts.end()) facts.push_back(name);
    return facts;
  }

 private:
  /// Nothing if a fact is missing.
  std::optional<std::vector<std::string>> values_of(const CheckSubject& subject) const {
    std::vector<std::string> values;
    for (const std::string& name : query_.names) {
      if (const OwnName* own = find_own(name)) {
        values.push_back(subject.*own->member);
        continue;
      }
      const auto fact = subject.facts.find(name);
      if (fact == subject.facts.end()) return std::nullopt;
      values.push_back(fact->second);
    }
    return values;
  }

  CheckSettings settings_;
  NamedQuery query_;
  std::unique_ptr<Question> question_;
};

}  // namespace

std::unique_ptr<Check> make_sql_check(const CheckSettings& settings, std::unique_ptr<Question> question) {
  return std::make_unique<SqlCheck>(settings, std::move(question));
}

}  // namespace claimcheck::checks
