#pragma once

// Every statement of the stores. `{name}` is the table `name` with the configured prefix; `?` are bound by position.

#include "sql/statements/deliveries.h"
#include "sql/statements/keys.h"
#include "sql/statements/mails.h"
#include "sql/statements/meta.h"
#include "sql/statements/payments.h"
#include "sql/statements/privacy.h"
#include "sql/statements/refusals.h"
#include "sql/statements/removals.h"
#include "sql/statements/statistics.h"
#include "sql/statements/tokens.h"
