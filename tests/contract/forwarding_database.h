#pragma once

#include "sql/database.h"

namespace claimcheck::test {

/// Hands everything on to another database. Tests override what they want to go otherwise.
class ForwardingDatabase : public sql::Database {
 public:
  explicit ForwardingDatabase(sql::Database& sound) : sound_(sound) {}

  std::vector<sql::Row> query(std::string_view statement, const std::vector<sql::Value>& values) override {
    return sound_.query(statement, values);
  }
  std::int64_t execute(std::string_view statement, const std::vector<sql::Value>& values) override {
    return sound_.execute(statement, values);
  }
  void run(std::string_view statement) override { sound_.run(statement); }
  void let_go() override { sound_.let_go(); }
  bool has_column(std::string_view table, std::string_view column) override { return sound_.has_column(table, column); }
  Time now() override { return sound_.now(); }
  bool with_lock(std::string_view name, sql::IfHeld if_held, const std::function<void()>& work) override {
    return sound_.with_lock(name, if_held, work);
  }

 private:
  sql::Database& sound_;
};

}  // namespace claimcheck::test
