#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/admission.h"
#include "core/token.h"

namespace claimcheck {

/// What a check is about: a token, or one that is about to be made.
struct CheckSubject {
  std::string token;  ///< its id; empty if it is yet to be made
  std::string storage, file, filename, policy, email;
  const std::map<std::string, std::string>& facts;
};

CheckSubject subject_of(const Token& token);

/// What a source says about a condition.
enum class Truth { yes, no, not_yet };

/// A condition outside the token that must hold whenever somebody asks for its file: a row of the site's database, a payment,
/// what another program says. One object belongs to one thread.
class Check {
 public:
  virtual ~Check() = default;

  /// Asks its source, or remembers an answer of a few seconds ago.
  /// @return nothing if the condition holds; else why the file is refused, such as not_ready or payment_required
  /// Throws Error{unavailable} if its source cannot be asked or its answer not be understood: that is never a yes.
  virtual std::optional<Refusal> refusal(const CheckSubject& subject) = 0;

  /// The names of the facts without which it cannot be asked.
  virtual std::vector<std::string> needed_facts() const = 0;
};

/// By name.
using Checks = std::map<std::string, std::unique_ptr<Check>>;

/// Asks the checks of those names, in that order, until one refuses. @return what that says; nothing if all hold
/// Throws Error{unavailable} if one cannot be asked, or is not in the configuration (any more).
std::optional<Refusal> first_refusal(const Checks& checks, const std::vector<std::string>& names, const CheckSubject& subject);

/// The same for who cannot go on then.
/// Throws Error with what the first refuses, Error{unavailable} if one cannot be asked, or is not in the configuration (any
/// more).
void require_checks(const Checks& checks, const std::vector<std::string>& names, const CheckSubject& subject);
/// The same of those that a token's rules name.
void require_checks(const Checks& checks, const Token& token);

/// Throws Error{bad_request} with `details.field` = "facts" unless a token to be made has the facts that its checks need.
void require_facts(const Checks& checks, const std::vector<std::string>& names,
                   const std::map<std::string, std::string>& facts);

}  // namespace claimcheck
