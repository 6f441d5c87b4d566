// Finding an operator by name.
#include "service/snapshot/model_binding.h"

namespace cofilter::service {

std::shared_ptr<const OperatorBinding> ModelBinding::Find(std::string_view name) const {
  for (const auto& binding : operators) {
    if (binding->op->name() == name) return binding;
  }
  return nullptr;
}

}  // namespace cofilter::service
