"""DynamoDB: tables are ours, items are moto's."""
