#pragma once

#include <string>

#include "core/delivery_log.h"

namespace claimcheck::admin {

/// A token's story for people: what it is good for, every claim, every delivery and why it counted, every refusal.
std::string story_of(const Token& token, DeliveryLog& log, Time now);

}  // namespace claimcheck::admin
