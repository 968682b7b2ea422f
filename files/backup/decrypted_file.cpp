#include "files/backup/decrypted_file.h"

#include <utility>

#include "core/error.h"

namespace claimcheck::files {
namespace {

class DecryptedFile final : public OpenFile {
 public:
  DecryptedFile(std::unique_ptr<OpenFile> file, FileState state, std::string name, const AesKey& key, const GcmSeal& seal)
      : file_(std::move(file)), state_(std::move(state)), name_(std::move(name)), part_(key, seal) {}

  FileVersion version() const override { return file_->version(); }
  std::string name() const override { return name_; }
  bool is_ready(std::uint64_t) override { return true; }
  int descriptor() const override { return -1; }

  std::size_t read(std::uint64_t offset, std::span<char> out) override {
    const std::size_t count = file_->read(offset, out);
    require_unchanged(*file_, state_);  // after reading: what was written meanwhile is not told
    part_.decrypt(offset, out.first(count));
    return count;
  }

 private:
  std::unique_ptr<OpenFile> file_;
  FileState state_;
  std::string name_;
  GcmPart part_;
};

}  // namespace

void require_unchanged(const OpenFile& file, const FileState& state) {
  if (FileState::of(file.descriptor(), state.question) != state)
    throw Error{Errc::file_changed, "the file was changed after it had been verified"};
}

std::unique_ptr<OpenFile> open_decrypted(std::unique_ptr<OpenFile> file, FileState state, std::string name, const AesKey& key,
                                         const GcmSeal& seal) {
  return std::make_unique<DecryptedFile>(std::move(file), std::move(state), std::move(name), key, seal);
}

}  // namespace claimcheck::files
