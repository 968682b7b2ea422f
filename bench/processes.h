#pragma once

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <string>

namespace claimcheck::bench {

/// A process and what it has used since it began.
struct Running {
  std::string program;     ///< the file name of its executable
  double cpu_seconds = 0;  ///< user and system, of all its threads, ended ones included; exact to the nanosecond
};

using Snapshot = std::map<pid_t, Running>;

/// This process and all that descend from it: everything that the benchmark started.
Snapshot running();

/// The same, once nothing that the benchmark started does anything any more: what follows an answer belongs to it, too.
Snapshot at_rest();

/// CPU seconds by program between two snapshots. What a process used that ended in between is missing; servers end none but
/// idle ones.
std::map<std::string, double> used(const Snapshot& before, const Snapshot& after);

/// Bytes of memory of a process, shared pages divided by their sharers (PSS of smaps_rollup, proc(5)); 0 if it is gone.
std::uint64_t memory(pid_t pid);

/// The same of all processes of a program.
std::uint64_t memory(const Snapshot& processes, const std::string& program);

}  // namespace claimcheck::bench
