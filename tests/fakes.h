#pragma once

// The stores in memory.

#include "tests/fake_deliveries.h"
#include "tests/fake_keys.h"
#include "tests/fake_mails.h"
#include "tests/fake_memory.h"
#include "tests/fake_overview.h"
#include "tests/fake_payments.h"
#include "tests/fake_privacy.h"
#include "tests/fake_removals.h"
#include "tests/fake_statistics.h"
#include "tests/fake_tokens.h"
