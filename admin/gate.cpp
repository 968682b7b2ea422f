#include "admin/gate.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>

#include "core/error.h"

namespace claimcheck::admin {

std::filesystem::path gate_file(const config::Config& config) {
  return config.folder / "claimcheck.gate";
}

std::string gate_of(const config::Config& config, const Random& random) {
  const std::string path = gate_file(config).string();
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd >= 0) {
    const std::string gate = Secret::make(random).reveal();
    const bool written = ::write(fd, gate.data(), gate.size()) == static_cast<ssize_t>(gate.size());
    ::close(fd);
    if (written) return gate;
    ::unlink(path.c_str());
    throw Error{Errc::unavailable, path + " cannot be written: " + std::strerror(errno)};
  }
  if (errno != EEXIST) throw Error{Errc::unavailable, path + " cannot be made: " + std::strerror(errno)};
  std::ifstream file{path};
  std::string gate;
  std::getline(file, gate);
  if (!Secret::parse(gate))
    throw Error{Errc::unavailable, path + " cannot be read or is damaged; remove it and install the blocks again"};
  return gate;
}

}  // namespace claimcheck::admin
