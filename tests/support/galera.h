#pragma once

#include <array>
#include <memory>
#include <string>
#include <vector>

#include "tests/support/process.h"

namespace claimcheck::test {

/// A real Galera cluster of three MariaDB servers on loopback: free ports, durable settings as in production, time-outs short
/// enough that the survivors of a killed node are back within two seconds. Runs as the site's user: root's rsync, by which a
/// node gets its first state, would drop its rights.
class GaleraCluster {
 public:
  static constexpr std::size_t size = 3;

  /// Starts one node after the other; returns when all are synchronised.
  GaleraCluster();

  /// Makes an empty schema on all nodes.
  void fresh_schema(const std::string& name);
  /// The store URL of a schema on one node.
  std::string url(std::size_t node, const std::string& schema) const;
  /// Runs statements on one node. @return the rows, columns divided by tabs; throws if one fails.
  std::string statement(std::size_t node, const std::string& text) const;
  /// SIGKILL.
  void kill(std::size_t node) { nodes_[node]->kill(); }
  /// Starts a node (again), which joins those that run; returns when all that run are synchronised and see each other.
  void start(std::size_t node);
  /// Waits until all that run are synchronised and see each other: after a kill, or a moment without breath on a busy machine.
  void gather() const;

 private:
  std::vector<std::size_t> running() const;
  bool synchronised(std::size_t node, std::size_t nodes) const;
  std::string socket(std::size_t node) const;

  TemporaryFolder folder_;
  std::array<int, size> group_ports_{};
  std::array<std::unique_ptr<Process>, size> nodes_;
};

}  // namespace claimcheck::test
