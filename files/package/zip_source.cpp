#include "files/package/zip_source.h"

#include <algorithm>
#include <span>

namespace claimcheck::files {

zip_int64_t ZipSource::callback(void* self, void* data, zip_uint64_t length, zip_source_cmd_t command) {
  return static_cast<ZipSource*>(self)->answer(data, length, command);
}

zip_int64_t ZipSource::answer(void* data, zip_uint64_t length, zip_source_cmd_t command) {
  switch (command) {
    case ZIP_SOURCE_OPEN:
      position_ = 0;
      return 0;
    case ZIP_SOURCE_READ:
      return read(data, length);
    case ZIP_SOURCE_SEEK: {
      const zip_int64_t position = zip_source_seek_compute_offset(position_, file_.size(), data, length, &error_);
      if (position < 0) return -1;
      position_ = static_cast<std::uint64_t>(position);
      return 0;
    }
    case ZIP_SOURCE_TELL:
      return static_cast<zip_int64_t>(position_);
    case ZIP_SOURCE_STAT: {
      zip_stat_t* status = ZIP_SOURCE_GET_ARGS(zip_stat_t, data, length, &error_);
      if (status == nullptr) return -1;
      zip_stat_init(status);
      status->size = file_.size();
      status->valid = ZIP_STAT_SIZE;
      return sizeof *status;
    }
    case ZIP_SOURCE_ERROR:
      return zip_error_to_data(&error_, data, length);
    case ZIP_SOURCE_SUPPORTS:
      return ZIP_SOURCE_SUPPORTS_SEEKABLE;
    case ZIP_SOURCE_CLOSE:
    case ZIP_SOURCE_FREE:
      return 0;
    default:
      zip_error_set(&error_, ZIP_ER_OPNOTSUPP, 0);
      return -1;
  }
}

zip_int64_t ZipSource::read(void* data, zip_uint64_t length) {
  const std::uint64_t count = std::min<std::uint64_t>(length, file_.size() - std::min(position_, file_.size()));
  try {
    if (file_.read(position_, std::span{static_cast<char*>(data), count})) {
      position_ += count;
      return static_cast<zip_int64_t>(count);
    }
  } catch (const std::exception&) {  // no exception may pass through libzip
    thrown_ = std::current_exception();
  }
  zip_error_set(&error_, ZIP_ER_READ, 0);
  return -1;
}

}  // namespace claimcheck::files
