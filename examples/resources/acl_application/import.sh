# An application is imported by its name. The next apply sets its flows from the
# configuration.
terraform import acl_application.billing Billing
