// A list of views that are made when they are looked at, so that a network of 65,536 hosts need not
// be held twice. By number an element is kept from the first look on and stays where it is; a loop
// over all makes one after the other and keeps none.

#pragma once

#include <cstddef>
#include <functional>
#include <initializer_list>
#include <iterator>
#include <memory>
#include <unordered_map>
#include <utility>
#include <vector>

namespace prahari {

template <class T>
class ViewList {
 public:
  using Make = std::function<T(std::size_t)>;

  ViewList() = default;
  ViewList(std::initializer_list<T> elements) : made_(elements) {}
  // What `make` looks at must outlive the list.
  ViewList(std::size_t size, Make make) : size_(size), make_(std::move(make)) {}

  // A copy makes its elements anew.
  ViewList(const ViewList& other) : made_(other.made_), size_(other.size_), make_(other.make_) {}
  ViewList(ViewList&&) noexcept = default;
  ViewList& operator=(ViewList other) noexcept {
    made_ = std::move(other.made_);
    size_ = other.size_;
    make_ = std::move(other.make_);
    kept_ = std::move(other.kept_);
    return *this;
  }
  ~ViewList() = default;

  [[nodiscard]] std::size_t size() const noexcept { return make_ ? size_ : made_.size(); }
  [[nodiscard]] bool empty() const noexcept { return size() == 0; }

  const T& operator[](std::size_t at) const {
    if (!make_) {
      return made_[at];
    }
    std::unique_ptr<const T>& kept = kept_[at];
    if (!kept) {
      kept = std::make_unique<const T>(make_(at));
    }
    return *kept;
  }

  class Iterator {
   public:
    using value_type = T;
    using difference_type = std::ptrdiff_t;

    Iterator() = default;
    Iterator(const ViewList& list, std::size_t at) noexcept : list_(&list), at_(at) {}

    T operator*() const { return list_->make_ ? list_->make_(at_) : list_->made_[at_]; }
    Iterator& operator++() noexcept {
      ++at_;
      return *this;
    }
    Iterator operator++(int) noexcept { return {*list_, at_++}; }
    friend bool operator==(const Iterator& a, const Iterator& b) noexcept { return a.at_ == b.at_; }

   private:
    const ViewList* list_ = nullptr;
    std::size_t at_ = 0;
  };
  [[nodiscard]] Iterator begin() const noexcept { return {*this, 0}; }
  [[nodiscard]] Iterator end() const noexcept { return {*this, size()}; }

  // The elements of a list made by hand; empty for any other.
  [[nodiscard]] std::vector<T>& made() noexcept { return made_; }

 private:
  std::vector<T> made_;
  std::size_t size_ = 0;
  Make make_;
  mutable std::unordered_map<std::size_t, std::unique_ptr<const T>> kept_;
};

}  // namespace prahari
