#include "admin/log_reader.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <utility>

#include "admin/log_lines.h"
#include "core/descriptor.h"

namespace claimcheck::admin {
namespace {

using SteadyTime = LogInput::SteadyTime;

constexpr int pipe_size = 1024 * 1024;

class LogReader final : public LogInput {
 public:
  LogReader(int fd, Descriptor owned) : fd_(fd), owned_(std::move(owned)) {
    struct stat status{};
    live_ = ::fstat(fd_, &status) == 0 && !S_ISREG(status.st_mode);
    // Room for some seconds, so that a web server does not wait when the database does.
    ::fcntl(fd_, F_SETPIPE_SZ, pipe_size);
  }

  int descriptor() const override { return fd_; }
  SteadyTime due() const override { return SteadyTime::max(); }
  bool ended() const override { return ended_; }
  bool live() const override { return live_; }
  std::optional<LogPosition> position(std::optional<std::uint64_t> /*unfinished*/) const override { return std::nullopt; }

  void read(SteadyTime /*now*/, const TakeLine& take) override {
    if (const auto count = lines_.read(fd_, take)) ended_ = *count == 0;
  }

 private:
  int fd_;
  Descriptor owned_;
  bool live_ = false, ended_ = false;
  LogLines lines_;
};

}  // namespace

std::unique_ptr<LogInput> read_descriptor(int descriptor) {
  return std::make_unique<LogReader>(descriptor, Descriptor{});
}

std::unique_ptr<LogInput> read_file(const std::string& path) {
  Descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
  if (!file) throw cannot_read(path);
  const int fd = file.number();
  return std::make_unique<LogReader>(fd, std::move(file));
}

}  // namespace claimcheck::admin
