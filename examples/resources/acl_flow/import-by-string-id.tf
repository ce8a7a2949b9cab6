import {
  to = acl_flow.web
  id = "Billing/web"
}
