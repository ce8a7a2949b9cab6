import {
  to = acl_application.billing
  id = "Billing"
}
