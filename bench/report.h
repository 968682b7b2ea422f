#pragma once

#include <string>
#include <vector>

namespace claimcheck::bench {

/// Some measurements of the same thing.
class Series {
 public:
  Series() = default;
  explicit Series(double value) : values_{value} {}
  void add(double value) { values_.push_back(value); }
  bool empty() const { return values_.empty(); }
  double median() const { return quantile(0.5); }
  double least() const { return quantile(0); }
  double most() const { return quantile(1); }
  /// The value that this part of all values does not exceed. Throws if there is none.
  double quantile(double part) const;
  const std::vector<double>& values() const { return values_; }

 private:
  std::vector<double> values_;
};

enum class Bound { at_most, at_least };

/// What one case costs as a multiple of another, round by round: rounds differ more from each other than cases within one.
/// REQUIRES: as many values of both, in the order of the rounds.
Series ratio(const Series& ours, const Series& theirs);

/// Something that the product promises, and what was measured. The verdict is on the median.
struct Promise {
  std::string what;
  Series measured;
  Bound bound = Bound::at_most;
  double goal = 0;
  std::string unit = {};

  bool met() const { return bound == Bound::at_most ? measured.median() <= goal : measured.median() >= goal; }
};

/// Prints the promises as a table. @return whether all are met
bool report(const std::vector<Promise>& promises);

/// Says on a terminal what is being done; elsewhere nothing. The next words replace it.
void say(const std::string& what);

}  // namespace claimcheck::bench
