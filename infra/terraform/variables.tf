variable "environment" {
  description = "Name of the environment, in the names of all objects: one bucket and one combiner for each."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9]{0,15}$", var.environment))
    error_message = "environment is up to 16 lower-case letters and digits, a letter first."
  }
}

variable "layer_zips" {
  description = "Paths of the layer's zips, as `make build` writes them to `dist/`, by architecture: `x86_64`, `arm64` or both."
  type        = map(string)

  validation {
    condition     = length(var.layer_zips) > 0 && length(setsubtract(keys(var.layer_zips), ["x86_64", "arm64"])) == 0
    error_message = "layer_zips has a path for x86_64, for arm64 or for both."
  }
}

variable "combiner_zip" {
  description = "Path of the combiner's zip for x86_64, as `make combiner` writes it to `dist/`."
  type        = string
}

variable "combiner_inventory" {
  description = "Name of the source tree that the combiner's reports are about, where several have uploaded inventories."
  type        = string
  default     = ""
}

variable "sample_rate" {
  description = "`COVERAGE_SAMPLE_RATE` of the functions: the highest probability with which an invocation is a window."
  type        = number
  default     = 1

  validation {
    condition     = var.sample_rate > 0 && var.sample_rate <= 1
    error_message = "sample_rate is above 0 and up to 1."
  }
}

variable "overhead_budget" {
  description = "`COVERAGE_OVERHEAD_BUDGET` of the functions: the share of the handlers' time that recording and delivery may cost."
  type        = number
  default     = 0.01

  validation {
    condition     = var.overhead_budget > 0 && var.overhead_budget <= 1
    error_message = "overhead_budget is above 0 and up to 1, which is no limit."
  }
}

variable "bundle_retention_days" {
  description = "Days after which bundles expire. The combined files and the inventories stay."
  type        = number
  default     = 90

  validation {
    condition     = var.bundle_retention_days >= 7
    error_message = "bundle_retention_days is at least 7: the combiner has to read bundles before they expire, and a person may have to mend it first."
  }
}

variable "alarm_topic" {
  description = "ARN of an SNS topic that alarms are sent to. Without one, they are only seen in CloudWatch."
  type        = string
  default     = ""
}
