# A flow is imported by its application and its name.
terraform import acl_flow.web Billing/web
