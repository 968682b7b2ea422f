#include "core/named_query.h"

#include <gtest/gtest.h>

#include "tests/unit/thrown.h"

namespace claimcheck {
namespace {

TEST(NamedQuery, NamesBecomeQuestionMarksOutsideOfQuotesAndComments) {
  const struct {
    const char* text;
    NamedQuery expected;
  } cases[] = {
      {"SELECT 1", {"SELECT 1", {}}},
      {"SELECT status = 'completed' FROM wp_smi_jobs WHERE job_id = :job_id",
       {"SELECT status = 'completed' FROM wp_smi_jobs WHERE job_id = ?", {"job_id"}}},
      {"select a=:a,b=:b_2,c=:a", {"select a=?,b=?,c=?", {"a", "b_2", "a"}}},
      {"SELECT ':a' = \":b\" AND `:c` = [:d] AND x = :e", {"SELECT ':a' = \":b\" AND `:c` = [:d] AND x = ?", {"e"}}},
      {"SELECT 'it''s :a' = :b", {"SELECT 'it''s :a' = ?", {"b"}}},
      {"SELECT \"a\"\":b\" = :c", {"SELECT \"a\"\":b\" = ?", {"c"}}},
      {"SELECT 1 -- not :a\n = :b", {"SELECT 1 -- not :a\n = ?", {"b"}}},
      {"SELECT 1 # not :a; 'either\n = :b", {"SELECT 1 # not :a; 'either\n = ?", {"b"}}},
      {"SELECT /* not :a; nor '? */ :b", {"SELECT /* not :a; nor '? */ ?", {"b"}}},
      {"-- of jobs\n/* of mine */ SELECT :a", {"-- of jobs\n/* of mine */ SELECT ?", {"a"}}},
      {"SELECT 1 --", {"SELECT 1 --", {}}},
      {"SELECT a::integer = :a", {"SELECT a::integer = ?", {"a"}}},
      {"SELECT @x := 5", {"SELECT @x := 5", {}}},
      {"WITH j AS (SELECT :a AS a) SELECT a FROM j", {"WITH j AS (SELECT ? AS a) SELECT a FROM j", {"a"}}},
      {"SELECT REPLACE(INSERT ('a', 1, 1, :a), 'x', 'y')", {"SELECT REPLACE(INSERT ('a', 1, 1, ?), 'x', 'y')", {"a"}}},
      {"SELECT `update`, \"delete\", updated_at, into_box FROM t",
       {"SELECT `update`, \"delete\", updated_at, into_box FROM t", {}}},
      {"SELECT '{table}', 5-:a, 1.5e3, x'00' ", {"SELECT '{table}', 5-?, 1.5e3, x'00' ", {"a"}}},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.text);
    EXPECT_EQ(wrong_query(c.text), std::nullopt);
    const NamedQuery query = parse_query(c.text);
    EXPECT_EQ(query.statement, c.expected.statement);
    EXPECT_EQ(query.names, c.expected.names);
  }
}

TEST(NamedQuery, WhatIsNotOneSelectThatReadsIsRefused) {
  using namespace std::string_literals;
  const struct {
    std::string text;
    const char* because;
  } cases[] = {
      {"", "must be one SELECT"},
      {"  -- SELECT 1", "must be one SELECT"},
      {"SELECT 1;", "';'"},
      {"SELECT 1; DELETE FROM t", "';'"},
      {"DELETE FROM t", "begin with SELECT"},
      {"INSERT INTO t VALUES (1)", "begin with SELECT"},
      {"SET @a = 1", "begin with SELECT"},
      {"(SELECT 1)", "begin with SELECT"},
      {"'a' SELECT", "begin with SELECT"},
      {"EXPLAIN SELECT 1", "begin with SELECT"},
      {"PRAGMA query_only = 0", "begin with SELECT"},
      {"WITH j AS (SELECT 1) DELETE FROM t", "delete has no place"},
      {"WITH j AS (SELECT 1) UPDATE t SET a = 1", "update has no place"},
      {"WITH j AS (SELECT 1) INSERT t SELECT 1", "insert has no place"},
      {"WITH j AS (SELECT 1) REPLACE t SELECT 1", "replace has no place"},
      {"WITH j AS (SELECT 1)", "must be one SELECT"},
      {"SELECT 1 INTO OUTFILE '/tmp/x'", "into has no place"},
      {"SELECT 1 FROM t iNtO\tDUMPFILE '/tmp/x'", "into has no place"},
      {"SELECT a FROM t FOR UPDATE", "update has no place"},
      {"SELECT /*! 1 INTO OUTFILE '/tmp/x' */", "MySQL would carry out"},
      {"SELECT 1 /*M! INTO OUTFILE '/tmp/x' */", "MySQL would carry out"},
      {"SELECT 1 /* never", "comment that does not end"},
      {"SELECT 'never", "quote that does not end"},
      {"SELECT 'a\\' = :a, '", "backslash"},
      {"SELECT \"a\\\" = :a, \"", "backslash"},
      {"SELECT 1 \\G", "character"},
      {"SELECT 1\0, 2"s, "character"},
      {"SELECT 5--:a", "\"--\" without a space"},
      {"SELECT ?", "'?'"},
      {"SELECT :", "':' without a name"},
      {"SELECT : a", "':' without a name"},
      {"SELECT :1", "':' without a name"},
      {"SELECT (1", "brackets"},
      {"SELECT 1) UNION (SELECT 2", "brackets"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.text);
    const auto wrong = wrong_query(c.text);
    ASSERT_TRUE(wrong);
    EXPECT_NE(wrong->find(c.because), std::string::npos) << *wrong;
    const auto error = test::thrown([&] { parse_query(c.text); });
    ASSERT_TRUE(error);
    EXPECT_EQ(error->code(), Errc::bad_request);
    EXPECT_EQ(error->what(), "the query " + *wrong);
  }
}

}  // namespace
}  // namespace claimcheck
