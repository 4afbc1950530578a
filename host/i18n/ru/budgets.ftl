# Бюджеты систем, с которыми идёт обмен: очереди, паузы, лимит на сутки.
status-postponed = Отложено
host-upgrade-busy = данные нужно привести к новой версии программы, а процесс { $pid } выполняет с ними «{ $doing }»; дождитесь его или остановите
host-quota-used-up = лимит запросов к «{ $upstream }» на сегодня исчерпан; следующая попытка не раньше { $until } ({ $zone })

help-upstreams = Системы, с которыми идёт обмен: паузы, сбои, остаток лимита
help-upstreams-name = Имя из exchange.toml; без него все

column-upstream = Система
column-state = Состояние
column-pace = Запросов в секунду
column-parallel = Одновременно
column-quota = Использовано за сутки
upstream-ready = готова
upstream-paused = просила подождать до { $until }
upstream-open = не отвечает; следующая попытка в { $until }
upstream-probe = не отвечала; следующий запрос проверит, ожила ли
upstream-used-up = лимит на сегодня исчерпан, новый с { $until }
upstream-unlimited = без ограничения
upstream-per-school = { $pace }; на школу { $rate }
upstream-no-quota = нет лимита
upstream-quota = { $used } из { $of }
upstream-none = В exchange.toml нет ни одной системы.
upstream-about = «{ $upstream }»: { $state }
error-no-upstream = В exchange.toml нет системы «{ $upstream }».
