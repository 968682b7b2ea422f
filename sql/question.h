#pragma once

#include <memory>

#include "core/question.h"
#include "core/settings.h"

namespace claimcheck::sql {

/// A read-only connection of its own to the database of a check of kind sql (the store's if it names none), whose statements
/// end after the check's `timeout`. Opened with the first question, and again after it broke.
/// Throws Error{bad_request} if the database's URL is none.
std::unique_ptr<Question> open_question(const CheckSettings& check, const StoreSettings& store);

}  // namespace claimcheck::sql
