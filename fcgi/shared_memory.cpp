#include "fcgi/shared_memory.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/descriptor.h"

namespace claimcheck::fcgi {

SharedMemory::SharedMemory(const std::string& name, std::size_t size) {
  const Descriptor file{::shm_open(name.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)};
  struct stat status{};
  if (file.number() < 0 || ::fstat(file.number(), &status) != 0) return;
  const bool ours = status.st_uid == ::geteuid() && (status.st_mode & 077) == 0;
  if (!ours || ::ftruncate(file.number(), static_cast<off_t>(size)) != 0) return;
  void* memory = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, file.number(), 0);
  if (memory != MAP_FAILED) memory_ = {static_cast<std::byte*>(memory), size};
}

SharedMemory::~SharedMemory() {
  if (!memory_.empty()) ::munmap(memory_.data(), memory_.size());
}

}  // namespace claimcheck::fcgi
