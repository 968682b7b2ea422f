#pragma once

#include <algorithm>
#include <cstring>
#include <optional>
#include <string>

#include "files/package/package.h"

namespace claimcheck::test {

/// A file in memory.
class TextFile final : public OpenFile {
 public:
  explicit TextFile(std::string text) : text_(std::move(text)) {}
  FileVersion version() const override { return {.size = text_.size(), .mtime_ns = 0}; }
  std::string name() const override { return "package.zip"; }
  bool is_ready(std::uint64_t) override { return true; }
  int descriptor() const override { return -1; }
  std::size_t read(std::uint64_t offset, std::span<char> out) override {
    const std::size_t count = offset >= text_.size() ? 0 : std::min(out.size(), text_.size() - offset);
    std::memcpy(out.data(), text_.data() + std::min<std::size_t>(offset, text_.size()), count);
    return count;
  }

 private:
  std::string text_;
};

inline std::optional<PackageFault> judge(const std::string& text, const PackageExpectation& expected = {}) {
  TextFile file{text};
  return files::inspect_package(file, "package.zip", expected, {});
}

/// A member of the fault's data as text; empty if there is none.
inline std::string datum(const PackageFault& fault, const std::string& name) {
  for (const auto& [key, value] : fault.data)
    if (key == name)
      return std::holds_alternative<std::string>(value) ? std::get<std::string>(value)
                                                        : std::to_string(std::get<std::int64_t>(value));
  return {};
}

/// "valid", the fault's reason if it has one, else its code.
inline std::string verdict_on(const std::optional<PackageFault>& fault) {
  if (!fault) return "valid";
  const std::string reason = datum(*fault, "reason");
  return reason.empty() ? fault->code : reason;
}

}  // namespace claimcheck::test
